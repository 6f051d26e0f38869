/** A generator that waits does not hear `return()`: `stop` has to wake it, so that it ends at once. */
export function stoppable<Value>(
  generator: AsyncGenerator<Value, void>,
  stop: () => void,
): AsyncGenerator<Value, void> {
  const end = generator.return.bind(generator)
  generator.return = (value) => {
    stop()
    return end(value)
  }
  return generator
}

/** The values of batches, one by one, after some of its own; ends the source when it is ended. */
export function oneByOne<Value>(
  source: AsyncGenerator<Value[], void>,
  first: Value[] = [],
): AsyncIterableIterator<Value, void> {
  let waiting = first
  const values: AsyncIterableIterator<Value, void> = {
    [Symbol.asyncIterator]: () => values,
    async next() {
      for (;;) {
        const value = waiting.shift()
        if (value !== undefined) return { value, done: false }
        const batch = await source.next()
        if (batch.done) return batch
        waiting = [...batch.value]
      }
    },
    async return() {
      await source.return()
      return { value: undefined, done: true }
    },
  }
  return values
}
