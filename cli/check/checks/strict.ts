import { isPrimary } from "../../../components/topology/model";
import { type CheckResult, judge } from "../result";
import { type CheckInput, forEachCluster, withFact } from "./input";

/** mTLS: plain text is refused everywhere, by the policy that each primary gives its clusters. */
export function checkStrict(input: CheckInput): readonly CheckResult[] {
    const describe = { id: "mTLS", title: "policy STRICT", applies: isPrimary } as const;
    return forEachCluster(input, describe, (about, cluster, facts) => {
        return withFact(about, cluster.name, facts.peerAuthentication, (mode) =>
            judge(
                about,
                mode === "STRICT"
                    ? []
                    : [
                          {
                              seen:
                                  mode === null
                                      ? "no PeerAuthentication for the whole mesh in istio-system"
                                      : `mode ${mode}`,
                              expected:
                                  "PeerAuthentication default in istio-system with mode STRICT",
                              remedy: `run pulumi up in stack ${cluster.name}`,
                          },
                      ],
                "STRICT",
            ),
        );
    });
}
