import { fullFormats } from 'ajv-formats/dist/formats.js'

/** Longer ones are nobody's, and the patterns take their time for them. */
const longest = 2_000

/** Whether a text is of a format as the OpenAPI files mean it. */
export function fits(format: 'email' | 'uri', text: string | null): boolean {
  if (text === null || text.length > longest) return false
  const test: unknown = fullFormats[format]
  return test instanceof RegExp ? test.test(text) : (test as (text: string) => boolean)(text)
}
