import { type OperationDefinitionNode, type OperationTypeNode, parse } from 'graphql'
import { type Block, readDocuments } from './documents.js'

/** A document of docs/frontend.md. */
export interface GuideDocument {
  name: string
  kind: OperationTypeNode
  block: Block
}

/** In the order of the page. */
export function readGuide(): GuideDocument[] {
  const guide = readDocuments().find(({ file }) => file === 'docs/frontend.md')
  if (!guide) throw new Error('There is no guide.')
  return guide.blocks
    .filter(({ info }) => info === 'graphql')
    .map((block) => {
      const [{ name, operation: kind }] = parse(block.text).definitions as [OperationDefinitionNode]
      return { name: name?.value ?? '', kind, block }
    })
}
