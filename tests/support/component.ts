import * as k8s from "@pulumi/kubernetes";

import { fakeCluster, type Ingress } from "./fake-cluster";
import { Recorder, type Registration } from "./recorder";

/** What a component is, and what it registered. */
export interface Recorded<T> {
    readonly component: T;
    /** All but the provider. */
    readonly registrations: readonly Registration[];
}

interface RecordOptions {
    /** What the cloud gives a Service of type LoadBalancer; an IP where not said. */
    readonly ingress?: readonly Ingress[];
    readonly preview?: boolean;
}

/** Makes a component in cluster1 with a provider named `cluster`, and waits until it is through. */
export async function recordComponent<T>(
    make: (opts: { readonly provider: k8s.Provider }) => T,
    { ingress = [{ ip: "203.0.113.1" }], preview = false }: RecordOptions = {},
): Promise<Recorded<T>> {
    const recorder = await Recorder.start({
        preview,
        respond: fakeCluster({ name: "cluster1", ingress }),
    });
    const component = make({ provider: new k8s.Provider("cluster", { context: "cluster1" }) });
    const all = await recorder.settle();
    return {
        component,
        registrations: all.filter(({ type }) => !type.startsWith("pulumi:providers:")),
    };
}

/** Type, name and parent of each registration: the shape of a component. */
export function shapeOf(registrations: readonly Registration[]): readonly string[] {
    return registrations.map(
        ({ type, name, parent }) => `${type} ${name}${parent === undefined ? "" : ` in ${parent}`}`,
    );
}
