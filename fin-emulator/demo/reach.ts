const patienceMs = 20_000

/** `fetch` whose error says what was not reached, and why. */
export async function reach(what: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(patienceMs) })
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message : message
    throw new Error(`${what} did not answer: ${why}`, { cause: error })
  }
}
