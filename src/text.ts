/** What PostgreSQL can store: without NUL, and with halves of surrogate pairs replaced. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd')
}
