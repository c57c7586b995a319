import { isIP } from "node:net";

import { clusterNamed } from "../../../components/topology/model";
import type { Link } from "../../../components/topology/links";
import type { GatewayFacts, NetworkGatewayFacts } from "../observation";
import { type CheckResult, type Finding, judge } from "../result";
import { type CheckInput, factsOf, forEachLink, withIstiods } from "./input";

/** Port of mTLS between networks. */
const crossNetworkPort = 15443;

/** E5: every istiod of the reader sends traffic for the peer's network to the peer's gateway. */
export function checkNetworkGateways(input: CheckInput): readonly CheckResult[] {
    const describe = {
        id: "E5",
        title: "istiod knows the peer's gateway",
        applies: ({ cluster, crossNetwork }: Link) =>
            crossNetwork && clusterNamed(input.mesh, cluster).gateway !== undefined,
    } as const;
    return forEachLink(input, describe, (about, link, reader) => {
        const target = clusterNamed(input.mesh, link.cluster);
        const peer = factsOf(input, link.cluster);
        const service = peer?.gateway.known ? (peer.gateway.value ?? undefined) : undefined;
        return withIstiods(
            about,
            reader,
            ({ gateways }) => gateways,
            (answers) =>
                judge(
                    about,
                    answers.flatMap(({ pod, value }) =>
                        findGatewayProblems(pod, value, link, target.network, service),
                    ),
                    showGateways(answers[0]?.value.filter((g) => g.cluster === link.cluster) ?? []),
                ),
        );
    });
}

function findGatewayProblems(
    pod: string,
    gateways: readonly NetworkGatewayFacts[],
    { reader, cluster }: Link,
    network: string,
    service: GatewayFacts | undefined,
): readonly Finding[] {
    const own = gateways.filter((gateway) => gateway.cluster === cluster);
    const port = dialledPort(service);
    const usable = own.filter((gateway) => gateway.network === network && gateway.port === port);
    // istiod resolves host names, so only addresses can be compared.
    const unknown = (service?.addresses ?? []).filter(
        (address) => isIP(address) !== 0 && !usable.some((gateway) => gateway.address === address),
    );
    if (usable.length > 0 && unknown.length === 0) {
        return [];
    }
    const addresses = service?.addresses.join(", ") ?? "";
    return [
        {
            seen: `${pod} has ${showGateways(own)}`,
            expected: `${addresses || `the gateway of ${cluster}`} on port ${port}, ${network}`,
            remedy:
                addresses === ""
                    ? `give the gateway of ${cluster} an address: see its own check`
                    : `run pulumi up in stack ${cluster}, then in stack ${reader}, then check again`,
        },
    ];
}

/** Nodes are dialled at the port that the Service has on them. */
function dialledPort(service: GatewayFacts | undefined): number {
    const data = service?.ports.find(({ port }) => port === crossNetworkPort);
    return service?.type === "NodePort" ? (data?.nodePort ?? crossNetworkPort) : crossNetworkPort;
}

function showGateways(gateways: readonly NetworkGatewayFacts[]): string {
    return (
        gateways
            .map(({ network, address, port }) => `${address}:${port} (${network})`)
            .join(", ") || "no gateway of it"
    );
}
