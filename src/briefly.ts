/** How long a change made on another node can go unnoticed, in ms. */
const freshFor = 1_000
const mostKept = 10_000

export interface Briefly<Value> {
  (key: string): Promise<Value>
  /**
   * For somebody who is about to look up by themself: takes note of what they find. What was asked for before a change on
   * this node may be older than it, and is not taken.
   */
  learning(): (key: string, value: Value) => void
  /** Asks anew, after a change on this node. */
  forget(): void
  /** Called when it forgets. */
  forgotten: Set<() => void>
}

/** Remembers what a look-up found for at most a second. */
export function briefly<Value>(look: (key: string) => Promise<Value>): Briefly<Value> {
  const kept = new Map<string, { until: number; value: Promise<Value> }>()

  const recall = (key: string) => {
    const now = performance.now()
    const known = kept.get(key)
    if (known && known.until > now) return known.value
    if (kept.size >= mostKept) kept.clear()
    const value = look(key)
    kept.set(key, { until: now + freshFor, value })
    value.catch(() => kept.delete(key))
    return value
  }
  let changes = 0
  const learning = () => {
    const known = changes
    return (key: string, value: Value) => {
      if (changes === known)
        kept.set(key, { until: performance.now() + freshFor, value: Promise.resolve(value) })
    }
  }
  const forgotten: Briefly<Value>['forgotten'] = new Set()
  const forget = () => {
    changes++
    kept.clear()
    for (const hear of forgotten) hear()
  }
  return Object.assign(recall, { learning, forget, forgotten })
}
