import type { Operation } from '../operation.js'
import { type EndUser, endUserFragment, presentEndUser } from '../present.js'
import { refusalFragment } from '../refusal.js'

interface Data {
  result: { endUser: EndUser }
}

export const createUser: Operation<Data> = {
  document: `mutation CreateUser($input: CreateEndUserInput!) {
    result: createEndUser(input: $input) {
      ... on CreateEndUserPayload { endUser { ...EndUser } }
      ...Refusal
    }
  } ${endUserFragment} ${refusalFragment}`,
  creates: true,
  variables: ({ read, unread }) => ({
    input: {
      endUser: {
        name: read.text('name'),
        email: read.email('email'),
        objectId: read.identifier('object_id'),
        attributes: read.attributes('attributes'),
      },
      unread,
    },
  }),
  respond: ({ result }) => presentEndUser(result.endUser),
}
