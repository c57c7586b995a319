/** Environment variables by name; `undefined` for one that is not to be there. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Sets variables of the environment, and gives back what puts them as they were. */
export function setEnvironment(variables: Variables): () => void {
    const before = Object.fromEntries(
        Object.keys(variables).map((name) => [name, process.env[name]]),
    );
    assign(variables);
    return () => {
        assign(before);
    };
}

function assign(variables: Variables): void {
    for (const [name, value] of Object.entries(variables)) {
        if (value === undefined) {
            // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- assigned, it would be "undefined"
            delete process.env[name];
        } else {
            process.env[name] = value;
        }
    }
}
