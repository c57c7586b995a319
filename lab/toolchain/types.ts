/** A program that the lab runs on the machine itself. */
export type ProgramName =
    | "etcd"
    | "containerd"
    | "ctr"
    | "runc"
    | "containerd-shim-runc-v2"
    | "kube-apiserver"
    | "kube-controller-manager"
    | "kube-scheduler"
    | "kubelet"
    | "kube-proxy"
    | "kubectl"
    | "load-balancer"
    | "pulumi"
    | "pulumi-language-nodejs"
    | "pulumi-resource-kubernetes"
    | "pulumi-resource-random"
    | "pulumi-resource-kubernetes-cert-manager";

/** A container image that the lab makes. */
export type ImageName =
    | "pause"
    | "coredns"
    | "pilot"
    | "proxyv2"
    | "agnhost"
    | "cert-manager-controller"
    | "cert-manager-cainjector"
    | "cert-manager-webhook";

/** An image as a file. */
export interface ImageTar {
    /** Path of an OCI image archive, for `ctr images import`. */
    readonly tar: string;
    /** The name that the image has after the import: `docker.io/isthmus-lab/<name>:<tag>`. */
    readonly name: string;
}

/** Everything that the lab needs and does not write itself: found, brought or built on first use. */
export interface Toolchain {
    /** Path of one program. */
    program(name: ProgramName): Promise<string>;
    /** Folder to put first on PATH: pulumi, its Node.js language host and the provider plugins. */
    engineBin(): Promise<string>;
    /** Folder of the container network plugins (bridge, host-local, portmap, loopback). */
    networkPlugins(): Promise<string>;
    /** Every image. */
    images(): Promise<readonly ImageTar[]>;
    /** One image. */
    image(name: ImageName): Promise<ImageTar>;
    /** Folder holding the charts base, istiod, gateway and cert-manager, each in a folder of its own. */
    charts(): Promise<string>;
    /** The file with the definitions of all of Istio's custom resources. */
    istioCrds(): Promise<string>;
}
