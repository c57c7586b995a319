import istioCharts from "../fixtures/istio-charts.json";

export type ChartName = keyof typeof istioCharts.charts;

/** Mappings of a chart whose keys are the user's own, by the dotted path of the mapping. */
const freeMappings: Readonly<Record<ChartName, readonly string[]>> = {
    base: [],
    // meshConfig is istio.mesh.v1alpha1.MeshConfig, env becomes istiod's environment.
    istiod: ["meshConfig", "env", "serviceAnnotations"],
    gateway: ["labels", "env"],
};

/** Values that Istio's own pages set for a chart though no template of the pinned chart reads them. */
const setByTheDocumentation: Readonly<Record<ChartName, readonly string[]>> = {
    // https://istio.io/latest/docs/setup/install/multicluster/primary-remote/
    base: ["global.externalIstiod"],
    istiod: [],
    gateway: [],
};

/** Paths of values that the pinned chart does not know, so that setting them would do nothing. */
export function unknownValues(
    chart: ChartName,
    values: Readonly<Record<string, unknown>>,
): readonly string[] {
    const { values: defaults, alsoRead } = istioCharts.charts[chart];
    const known = [
        ...(alsoRead as readonly string[]),
        ...setByTheDocumentation[chart],
        ...freeMappings[chart],
    ];
    return leafPaths(values).filter((written) => {
        // templates/zzy_descope_legacy.yaml of istiod: what is under pilot counts as if it were at the top.
        const path = chart === "istiod" ? written.replace(/^pilot\./, "") : written;
        return !(
            known.some((name) => path === name) ||
            freeMappings[chart].some((name) => path.startsWith(`${name}.`)) ||
            exists(defaults, path.split("."))
        );
    });
}

function exists(defaults: unknown, [head, ...rest]: readonly string[]): boolean {
    return (
        head === undefined ||
        (isMapping(defaults) && Object.hasOwn(defaults, head) && exists(defaults[head], rest))
    );
}

function leafPaths(values: Readonly<Record<string, unknown>>, path = ""): readonly string[] {
    return Object.entries(values).flatMap(([key, value]) => {
        const own = path === "" ? key : `${path}.${key}`;
        return isMapping(value) && Object.keys(value).length > 0 ? leafPaths(value, own) : [own];
    });
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
