import { NotFoundError } from '../src/errors.js'
import { type NodeType, parsePublicId, publicId, storedId } from '../src/ids.js'
import { builder } from './builder.js'
import type { Context } from './context.js'

/** A reference to an object type, of whichever shape. */
type OutputType = object

type Find = (context: Context, uuid: string) => Promise<object | null> | object | null

const finders = new Map<NodeType, Find>()
const types = new Map<NodeType, OutputType>()
const typenames = new WeakMap<object, NodeType>()

/** Anything with an id of its own. */
export const Node = builder.interfaceRef<{ id: string }>('Node').implement({
  description: 'Anything with an id of its own; `node(id:)` finds it again.',
  fields: (t) => ({
    id: t.id({
      description: 'Stable for ever, and says its type: `conv_…`, `msg_…`.',
      resolve: ({ id }) => id,
    }),
  }),
  resolveType: (value) => typenames.get(value as object),
})

/** Says how `node(id:)`, and a repeated mutation, find a type again: with the actor's rights. */
export function findable(type: NodeType, ref: OutputType, find: Find) {
  finders.set(type, find)
  types.set(type, ref)
}

/** The GraphQL type of a node. */
export function typeOf(type: NodeType): OutputType {
  const ref = types.get(type)
  if (!ref) throw new Error(`No GraphQL type says how to find a ${type}.`)
  return ref
}

/** Finds what the actor may see; null else. */
export async function findNode(context: Context, type: NodeType, uuid: string): Promise<object | null> {
  const found = context.actor ? await finders.get(type)?.(context, uuid) : null
  if (found) typenames.set(found, type)
  return found ?? null
}

/** The public id of a row, as options of a field. */
export function idOf(type: NodeType) {
  return {
    extensions: { reads: ['id'], sent: (uuid: string) => `"${publicId(type, uuid)}"` },
    resolve: ({ id }: { id: string }) => publicId(type, id),
  }
}

const words: Partial<Record<NodeType, string>> = {
  EndUser: 'End-user',
  FinIntegration: 'Fin integration',
  CannedReply: 'Canned reply',
  UploadedFile: 'File',
  HeldReply: 'Held reply',
}

/** The stored id behind an argument; a malformed one is an unknown one. Throws NotFoundError. */
export function argumentId(type: NodeType, id: string): string {
  const uuid = storedId(type, id)
  if (!uuid) throw new NotFoundError(words[type] ?? type)
  return uuid
}

/** The same for an argument that may be left out. */
export function optionalId<Absent extends null | undefined>(
  type: NodeType,
  id: string | Absent,
): string | Absent {
  return typeof id === 'string' ? argumentId(type, id) : id
}

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    description: 'Anything by its id; null when there is none or it is not in your sight.',
    args: { id: t.arg.id({ required: true, description: 'Its id, of whichever type.' }) },
    resolve: async (_, { id }, context) => {
      const parsed = parsePublicId(id)
      return parsed ? ((await findNode(context, parsed.type, parsed.uuid)) as { id: string } | null) : null
    },
  }),
)
