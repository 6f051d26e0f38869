/** The one root field of a subscription. */
export interface RootField {
  name: string
  /** Under which it comes in a result. */
  key: string
}

const tokens = /"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\])*"|#.*|\.\.\.|[_A-Za-z]\w*|[^\s,]/g

/** Undefined where the text does not show it: no subscription, or a fragment at its root. */
export function rootFieldOf(document: string): RootField | undefined {
  const found = (document.match(tokens) ?? []).filter((token) => !/^["#]/.test(token))
  let depth = 0
  let isSubscription = false
  for (const [index, token] of found.entries()) {
    const begins = depth === 0 && [undefined, '}'].includes(found[index - 1])
    if (begins && token === 'subscription') isSubscription = true
    if (token === '{' && depth === 0 && isSubscription) return fieldIn(found.slice(index + 1))
    if ('({['.includes(token)) depth++
    if (')}]'.includes(token)) depth--
  }
  return undefined
}

function fieldIn([key = '', colon, aliased = '']: string[]): RootField | undefined {
  const name = colon === ':' ? aliased : key
  return /^\w/.test(name) ? { name, key } : undefined
}
