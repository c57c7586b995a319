import { availableParallelism } from "node:os";

/** How many stacks run side by side unless told otherwise. */
export function defaultParallel(): number {
    return Math.max(2, availableParallelism());
}

/** Applies `work` to every item, at most `limit` at a time; the results are in the order of the items. */
export async function mapLimited<T, R>(
    items: readonly T[],
    limit: number,
    work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
    const results: R[] = [];
    const queue = items.entries();
    const worker = async () => {
        for (const [index, item] of queue) {
            results[index] = await work(item);
        }
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    return results;
}
