import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { goFolder } from "../../lab/paths";
import {
    CERT_MANAGER,
    CERT_MANAGER_PROVIDER,
    COREDNS,
    ISTIO,
    KUBERNETES,
    KUBERNETES_PROVIDER,
    PULUMI,
    RANDOM_PROVIDER,
} from "../../lab/versions";

const root = join(__dirname, "../..");

function goMod(module: string): string {
    return readFileSync(join(goFolder, module, "go.mod"), "utf8");
}

function packageDependencies(): Readonly<Record<string, string>> {
    const text = readFileSync(join(root, "package.json"), "utf8");
    return (JSON.parse(text) as { dependencies: Record<string, string> }).dependencies;
}

describe("the lab's versions", () => {
    const required: readonly (readonly [string, string, string])[] = [
        ["kubernetes", "k8s.io/kubernetes", `v${KUBERNETES.version}`],
        ["kubernetes", ISTIO.module, ISTIO.moduleVersion],
        ["kubernetes", COREDNS.module, `v${COREDNS.version}`],
        ["cert-manager", CERT_MANAGER.module, `v${CERT_MANAGER.version}`],
        ["pulumi", PULUMI.module, `v${PULUMI.version}`],
        ["language-nodejs", PULUMI.languageHostModule, `v${PULUMI.languageHostVersion}`],
        ["providers", KUBERNETES_PROVIDER.module, KUBERNETES_PROVIDER.moduleVersion],
        ["providers", CERT_MANAGER_PROVIDER.helmbaseModule, CERT_MANAGER_PROVIDER.helmbaseVersion],
        ["random", RANDOM_PROVIDER.bridgeModule, RANDOM_PROVIDER.bridgeVersion],
        ["random", RANDOM_PROVIDER.upstreamModule, RANDOM_PROVIDER.upstreamVersion],
    ];
    for (const [module, requirement, version] of required) {
        it(`are those of lab/go/${module}/go.mod for ${requirement}`, () => {
            const line = new RegExp(
                String.raw`^(?:require |\t)(\S+) (\S+)(?: // indirect)?$`,
                "gm",
            );
            const versions = new Map(
                [...goMod(module).matchAll(line)].map(([, name, found]) => [name, found]),
            );
            expect(versions.get(requirement)).to.equal(version);
        });
    }

    it("take every staging module of Kubernetes from the same release", () => {
        const staging = [
            ...goMod("kubernetes").matchAll(/^\s*k8s\.io\/\S+ => k8s\.io\/\S+ (\S+)$/gm),
        ];
        expect(staging.length).to.be.greaterThan(30);
        const release = `v0.${KUBERNETES.version.slice(KUBERNETES.major.length + 1)}`;
        expect(new Set(staging.map(([, version]) => version))).to.deep.equal(new Set([release]));
    });

    it("agree with the npm packages", () => {
        expect(packageDependencies()).to.include({
            "@pulumi/pulumi": PULUMI.version,
            "@pulumi/kubernetes": KUBERNETES_PROVIDER.version,
            "@pulumi/random": RANDOM_PROVIDER.version,
            "@pulumi/kubernetes-cert-manager": CERT_MANAGER_PROVIDER.version,
        });
    });
});
