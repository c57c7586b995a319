import type { CheckResult } from "../result";
import { checkEndpoints } from "./endpoints";
import { checkExposure, checkGateway } from "./gateway";
import { checkMeshConfig, checkServices, checkVersions } from "./hygiene";
import { checkInjector, checkRootDistribution } from "./injection";
import type { Check, CheckInput } from "./input";
import { checkNetworkLabel, checkPodNetworks } from "./network";
import { checkNetworkGateways } from "./network-gateways";
import { checkReachable } from "./reachable";
import { checkOrphans, checkRemoteSecrets } from "./remote-secrets";
import { checkStrict } from "./strict";
import { checkIstiod, checkSync } from "./sync";
import { checkIntermediate, checkRoots } from "./trust";

export type { CheckInput } from "./input";

/** Everything that can be said without sending traffic, in the order in which one thing needs the other. */
const checks: readonly Check[] = [
    checkReachable,
    checkIstiod,
    checkSync,
    checkRemoteSecrets,
    checkOrphans,
    checkRoots,
    checkIntermediate,
    checkNetworkLabel,
    checkPodNetworks,
    checkGateway,
    checkExposure,
    checkNetworkGateways,
    checkInjector,
    checkRootDistribution,
    checkEndpoints,
    checkStrict,
    checkMeshConfig,
    checkVersions,
    checkServices,
];

/** Runs every check; pure. */
export function runChecks(input: CheckInput): readonly CheckResult[] {
    return checks.flatMap((check) => check(input));
}
