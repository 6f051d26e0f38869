/**
 * Works on several items of a source at the same time, and gives the results in the order of the items. What is `passed`
 * meanwhile is passed on in its place among them. With at most one at a time, the source goes on once that is done.
 */
export function runAhead<Result>(most: number, passed: (position: number) => void = () => undefined) {
  const queue: ({ result: Promise<Result> } | { position: number })[] = []
  let ended: { error: unknown } | 'done' | null = null
  let arrived = () => {}
  let taken = () => {}

  function put(entry: (typeof queue)[number]) {
    queue.push(entry)
    arrived()
  }

  function take() {
    queue.shift()
    taken()
  }

  async function read<Item>(source: AsyncIterator<Item>, work: (item: Item) => Promise<Result>) {
    while (!ended) {
      const { value, done } = await source.next()
      if (done) break
      const result = work(value)
      // It is reported when its turn comes.
      result.catch(() => undefined)
      put({ result })
      while (queue.length >= most && !ended) {
        await new Promise<void>((resolve) => {
          taken = resolve
        })
      }
    }
    ended ??= 'done'
    arrived()
  }

  return {
    passed(position: number) {
      if ('position' in (queue.at(-1) ?? {})) queue.pop()
      put({ position })
    },
    over<Item>(source: AsyncIterator<Item>, work: (item: Item) => Promise<Result>) {
      read(source, work).catch((error: unknown) => {
        ended ??= { error }
        arrived()
      })
      const results: AsyncIterableIterator<Result> = {
        [Symbol.asyncIterator]: () => results,
        async next() {
          for (;;) {
            const [entry] = queue
            if (entry && 'result' in entry) {
              try {
                return { value: await entry.result, done: false }
              } finally {
                take()
              }
            }
            if (entry) {
              take()
              passed(entry.position)
            } else if (ended === 'done') return { value: undefined, done: true }
            else if (ended) throw ended.error
            else {
              await new Promise<void>((resolve) => {
                arrived = resolve
              })
            }
          }
        },
        async return() {
          ended ??= 'done'
          queue.length = 0
          taken()
          arrived()
          await source.return?.()
          return { value: undefined, done: true }
        },
      }
      return results
    },
  }
}
