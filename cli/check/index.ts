export { type CheckOptions, defaultProbeImage, runCheck, runStatus } from "./check";
export { registerCheckCommands } from "./commands";
export { formatCheckReport } from "./format";
export { Interrupted } from "./interruption";
export type { CheckId, CheckReport, CheckResult } from "./result";
export { formatStatus, type MeshStatus } from "./status";
