/** JSON in pieces; a promise where a resolver gave one. One long text made bit by bit would leave as many short-lived ones. */
export type Text = (string | Promise<Text>)[]

type WriteIn<Execution> = (text: Text, value: unknown, execution: Execution) => void

/** Puts the pieces of a value in, or the promise of them. Throws what `write` throws. */
export function put<Execution>(
  text: Text,
  value: unknown,
  write: WriteIn<Execution>,
  execution: Execution,
): void {
  if (isPromise(value)) text.push(value.then((settled) => pieces(settled, write, execution)))
  else write(text, value, execution)
}

/** The pieces that a value is written in. */
export function pieces<Execution>(value: unknown, write: WriteIn<Execution>, execution: Execution): Text {
  const text: Text = []
  try {
    write(text, value, execution)
    return text
  } catch (error) {
    // What was begun beside a failure may fail as well, and nobody waits for it any more.
    for (const piece of text) if (typeof piece !== 'string') piece.catch(() => undefined)
    throw error
  }
}

/** All of it, once every promise is kept. Rejects as soon as one is broken. */
export async function whole(text: Text): Promise<string> {
  const promised = text.filter((piece) => typeof piece !== 'string')
  const kept = promised.length > 0 ? await Promise.all(promised.map((piece) => piece.then(whole))) : promised
  let next = 0
  let all = ''
  // Added up and not joined: that would copy what is copied once more on its way out.
  for (const piece of text) all += typeof piece === 'string' ? piece : kept[next++]
  return all
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Promise<unknown> | null)?.then === 'function'
}
