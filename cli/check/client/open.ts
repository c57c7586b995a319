import type { ClusterName } from "../../../components/topology/model";
import type { CliContext } from "../../context";
import { connect } from "./connect";
import { type KubeClient, KubeError } from "./kube-client";

/**
 * Opens access to a cluster as its stack file says; nothing is sent yet.
 *
 * @throws KubeError where the kubeconfig or its context is missing, or can only be read by the engine.
 */
export async function openCluster(context: CliContext, cluster: ClusterName): Promise<KubeClient> {
    const file = context.stackFile(cluster);
    const { kubeconfig, context: kubeContext = cluster, encrypted, path } = file;
    if (kubeconfig === undefined && encrypted.includes("kubeconfig")) {
        throw new KubeError(
            `the kubeconfig in ${path} is encrypted: give this command a plain one`,
        );
    }
    return connect({
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        context: kubeContext,
        baseDir: context.projectDir,
        env: context.env,
    });
}
