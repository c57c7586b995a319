import { names } from "../topology/names";
import { gatewaySelector } from "./values";

/** An object of Istio's API, without the namespace that its component gives it. */
export interface IstioObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: Readonly<Record<string, unknown>>;
}

const selector = { istio: gatewaySelector.istio };

/** Lets other networks reach every service: samples/multicluster/expose-services.yaml. */
export const crossNetworkGateway: IstioObject = {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: names.crossNetworkGateway },
    spec: {
        selector,
        servers: [
            {
                port: { number: 15443, name: "tls", protocol: "TLS" },
                tls: { mode: "AUTO_PASSTHROUGH" },
                hosts: ["*.local"],
            },
        ],
    },
};

/** istiod's two ports by the number that remotes dial and the number of istiod's Service. */
const istiodPorts = [
    { name: "tls-istiod", number: 15012, servicePort: 15012 },
    { name: "tls-istiodwebhook", number: 15017, servicePort: 443 },
] as const;

/** Lets remotes reach istiod, which ends the TLS itself: samples/multicluster/expose-istiod.yaml. */
export const istiodGateway: IstioObject = {
    apiVersion: "networking.istio.io/v1",
    kind: "Gateway",
    metadata: { name: names.istiodGateway },
    spec: {
        selector,
        servers: istiodPorts.map(({ name, number }) => ({
            port: { name, number, protocol: "TLS" },
            tls: { mode: "PASSTHROUGH" },
            hosts: ["*"],
        })),
    },
};

/** Routes what {@link istiodGateway} accepts; from the same sample. */
export const istiodVirtualService: IstioObject = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: names.istiodVirtualService },
    spec: {
        hosts: ["*"],
        gateways: [names.istiodGateway],
        tls: istiodPorts.map(({ number, servicePort }) => ({
            match: [{ port: number, sniHosts: ["*"] }],
            route: [
                {
                    destination: {
                        host: `istiod.${names.istioNamespace}.svc.cluster.local`,
                        port: { number: servicePort },
                    },
                },
            ],
        })),
    },
};
