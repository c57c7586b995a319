import type { Diagnostic } from "./activity";

/** URNs of the resources that a killed run was creating, as the engine warns of them. */
export function interruptedCreates(diagnostics: readonly Diagnostic[]): readonly string[] {
    return diagnostics
        .filter(({ message }) => message.includes("pending operations from previous deployment"))
        .flatMap(({ message }) => [
            ...message.matchAll(/\* (urn:\S.*), interrupted while creating/g),
        ])
        .map(([, urn = ""]) => urn);
}

/** URN of the resource that stands for the stack itself. */
export function rootUrn(project: string, stack: string): string {
    return `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`;
}
