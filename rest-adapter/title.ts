import { text } from './fields.js'

/** The most that a title takes. */
const longest = 1_000

/** A title, cut where it is too long: refused, it would fail every sync of its conversation. */
export function title(value: unknown): string | null {
  return text(value)?.slice(0, longest) ?? null
}
