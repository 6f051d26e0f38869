import { readDocuments } from '../../readme/documents.js'

/** The settings that docs/operations.md shows, with what differs here in place of what stands there. */
export function documented(language: string, changes: Record<string, string>): string {
  const page = readDocuments().find(({ file }) => file === 'docs/operations.md')
  let text = page?.blocks.find(({ info }) => info === language)?.text ?? ''
  for (const [there, here] of Object.entries(changes)) {
    if (!text.includes(there)) throw new Error(`docs/operations.md shows no ${language} with "${there}".`)
    text = text.replaceAll(there, here)
  }
  return text
}
