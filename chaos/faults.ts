/** What was found broken, in sentences. */
export interface Faults {
  readonly count: number
  /** The first of them. */
  readonly shown: readonly string[]
  add(sentence: string): void
}

const most = 20

/** An empty list. */
export function openFaults(): Faults {
  const shown: string[] = []
  let count = 0
  return {
    get count() {
      return count
    },
    shown,
    add(sentence) {
      if (++count <= most) shown.push(sentence)
    },
  }
}
