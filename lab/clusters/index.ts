export type { ClusterSpec } from "./addressing";
export { clustersDown, leftovers } from "./down";
export { importImages } from "./images";
export { kubeconfigPath, stateDir } from "./state";
export { clustersStatus, type ClusterInfo, type ProcessInfo } from "./status";
export { clustersUp } from "./up";
