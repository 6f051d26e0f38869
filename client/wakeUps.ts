type Source = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>

const signs = ['online', 'pageshow', 'visibilitychange']

/** Calls back when a machine or a page may have slept; returns the way to stop. */
export function onWakeUp(source: Source = globalThis as unknown as Source, wake: () => void): () => void {
  // Node's global dispatches no events.
  if (typeof source.addEventListener !== 'function') return () => {}
  for (const sign of signs) source.addEventListener(sign, wake)
  return () => {
    for (const sign of signs) source.removeEventListener(sign, wake)
  }
}
