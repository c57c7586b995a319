import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";

const secretMark = "4dabf18193072939515e22adb298388d";

/** A secret as the engine shows it in events. */
export const secretValue = {
    [secretMark]: "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "[secret]",
};

interface Step {
    readonly op: StepEventMetadata["op"];
    readonly type: string;
    readonly name: string;
    readonly custom?: boolean;
    readonly before?: object;
    readonly after?: object;
    readonly detailedDiff?: StepEventMetadata["detailedDiff"];
}

/** The event of one step of a preview, as the engine of 3.250 sends it. */
export function step({
    op,
    type,
    name,
    custom = true,
    before,
    after,
    detailedDiff,
}: Step): EngineEvent {
    const urn = `urn:pulumi:cluster1::isthmus::${type}::${name}`;
    const state = (inputs: object) => ({
        type,
        urn,
        custom,
        id: "",
        parent: "",
        provider: "",
        inputs: inputs as Record<string, unknown>,
        outputs: {},
    });
    return {
        sequence: 0,
        timestamp: 0,
        resourcePreEvent: {
            planning: true,
            metadata: {
                op,
                urn,
                type,
                provider: "",
                ...(before === undefined ? {} : { old: state(before) }),
                ...(after === undefined ? {} : { new: state(after) }),
                ...(detailedDiff === undefined ? {} : { detailedDiff }),
            },
        },
    };
}

/** A remote secret that a preview would make, keep or remove. */
export function remoteSecret(op: "create" | "delete" | "same", cluster: string): EngineEvent {
    const inputs = {
        metadata: { name: `istio-remote-secret-${cluster}`, namespace: "istio-system" },
        stringData: secretValue,
    };
    return step({
        op,
        type: "kubernetes:core/v1:Secret",
        name: `link-${cluster}-remote-secret`,
        ...(op === "create" ? {} : { before: inputs }),
        ...(op === "delete" ? {} : { after: inputs }),
    });
}

/** The outputs of the stack, with the peers that it would wait for. */
export function stackOutputs(
    pendingPeers: readonly { cluster: string; waitsFor: string; next: string }[],
): EngineEvent {
    const urn = "urn:pulumi:cluster1::isthmus::pulumi:pulumi:Stack::isthmus-cluster1";
    const type = "pulumi:pulumi:Stack";
    return {
        sequence: 0,
        timestamp: 0,
        resOutputsEvent: {
            planning: true,
            metadata: {
                op: "same",
                urn,
                type,
                provider: "",
                new: {
                    type,
                    urn,
                    id: "",
                    parent: "",
                    provider: "",
                    inputs: {},
                    outputs: { mesh: { pendingPeers }, remoteAccess: secretValue },
                },
            },
        },
    };
}
