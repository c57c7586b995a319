import { type CheckResult, failed, passed } from "../result";
import type { CheckInput } from "./input";

/** E0: this machine reaches the API server, without which nothing else can be said. */
export function checkReachable({ observations }: CheckInput): readonly CheckResult[] {
    return observations.map((observation) => {
        const { cluster } = observation;
        const about = { id: "E0", title: "API server answers", subject: cluster } as const;
        return observation.reachable
            ? passed(about, `Kubernetes ${observation.kubernetesVersion}`)
            : failed(about, {
                  seen: observation.why,
                  expected: `an answer from ${observation.server ?? "the API server"}`,
                  remedy:
                      `correct kubeconfig and context in Pulumi.${cluster}.yaml, or let this machine reach ` +
                      `the API server`,
              });
    });
}
