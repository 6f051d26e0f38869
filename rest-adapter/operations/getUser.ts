import type { Operation } from '../operation.js'
import { type EndUser, endUserFragment, presentEndUser } from '../present.js'
import { notFound } from '../problem.js'

interface Data {
  /** A node of another type has none of the fields. */
  node: EndUser | Record<string, never> | null
}

export const getUser: Operation<Data> = {
  document: `query GetUser($id: ID!) { node(id: $id) { ...EndUser } } ${endUserFragment}`,
  creates: false,
  variables: ({ parameters }) => ({ id: parameters.user_id }),
  respond({ node }) {
    if (!node?.id) throw notFound('end-user')
    return presentEndUser(node as EndUser)
  },
}
