import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { CERT_MANAGER, ISTIO } from "../versions";
import { goModuleFolder } from "./go-build";
import { run } from "./run";
import { keyOf, type Store } from "./store";

/** Each chart's folder below `manifests/charts` of Istio's module. */
const ISTIO_CHARTS = {
    base: "base",
    istiod: "istio-control/istio-discovery",
    gateway: "gateway",
} as const;

/** Raised when what is made of the modules' files changes. */
const REVISION = "1";

/** Folder holding the charts base, istiod, gateway and cert-manager. */
export function makeCharts(store: Store): Promise<string> {
    return store.get({
        name: "charts",
        key: keyOf(JSON.stringify({ ISTIO, CERT_MANAGER, ISTIO_CHARTS, REVISION })),
        make: async (into, step) => {
            step.update("resolving modules");
            await copyIstioCharts(into);
            await makeCertManagerChart(join(into, "cert-manager"));
        },
    });
}

/** The file of the base chart with every custom resource definition of Istio. */
export function istioCrdsFile(charts: string): string {
    return join(charts, "base/files/crd-all.gen.yaml");
}

async function copyIstioCharts(into: string): Promise<void> {
    const module = await goModuleFolder("kubernetes", ISTIO.module);
    for (const [name, folder] of Object.entries(ISTIO_CHARTS)) {
        const chart = join(into, name);
        await copyFolder(join(module, "manifests/charts", folder), chart);
        // The repository has a placeholder there; Istio's release build sets it like this.
        await setVersion(join(chart, "Chart.yaml"), join(chart, "Chart.yaml"), ISTIO.version);
    }
}

/** Does what cert-manager's own build does with its chart (make/manifests.mk). */
async function makeCertManagerChart(chart: string): Promise<void> {
    const module = await goModuleFolder("cert-manager", CERT_MANAGER.module);
    const source = join(module, "deploy/charts/cert-manager");
    await copyFolder(join(source, "templates"), join(chart, "templates"));
    await cp(join(source, "values.yaml"), join(chart, "values.yaml"));
    const template = join(source, "Chart.template.yaml");
    await setVersion(template, join(chart, "Chart.yaml"), `v${CERT_MANAGER.version}`);
    const crds = join(module, "deploy/crds");
    const files = (await readdir(crds)).filter((name) => name.endsWith(".yaml")).sort();
    const definitions = await Promise.all(files.map((name) => readFile(join(crds, name), "utf8")));
    const text = definitions.map((definition) => `${definition.trimEnd()}\n`).join("---\n");
    await writeFile(
        join(chart, "templates/crds.yaml"),
        `{{- if .Values.installCRDs }}\n${text}{{- end }}\n`,
    );
}

/** Sets a chart's own version and that of what it installs. */
async function setVersion(from: string, to: string, version: string): Promise<void> {
    const text = await readFile(from, "utf8");
    const set = text
        .replace(/^version: .*$/m, `version: ${version}`)
        .replace(/^appVersion: .*$/m, `appVersion: ${version}`)
        .replace("{{IS_PRERELEASE}}", "false");
    await rm(to, { force: true });
    await writeFile(to, set);
}

async function copyFolder(from: string, to: string): Promise<void> {
    await mkdir(to, { recursive: true });
    await run("charts", "cp", ["-R", "--no-preserve=mode", `${from}/.`, to]);
}
