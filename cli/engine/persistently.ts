/** More would not be bad luck any more. */
const maximumAttempts = 4;

/**
 * Tries something again as long as its failures are worth it.
 *
 * @throws the last failure.
 */
export async function persistently<T>(
    attempt: () => Promise<T>,
    isWorthAnother: (error: unknown) => Promise<boolean>,
): Promise<T> {
    for (let attempts = 1; ; attempts++) {
        try {
            return await attempt();
        } catch (error) {
            if (attempts === maximumAttempts || !(await isWorthAnother(error))) {
                throw error;
            }
        }
    }
}
