import { identifier, object, text } from '../fields.js'
import type { Operation } from '../operation.js'
import { type EndUser, endUserFragment, presentEndUser } from '../present.js'
import { refusalFragment } from '../refusal.js'

interface Data {
  result: { endUser: EndUser }
}

export const createUser: Operation<Data> = {
  document: `mutation CreateUser($endUser: EndUserInput!) {
    result: createEndUser(input: { endUser: $endUser }) {
      ... on CreateEndUserPayload { endUser { ...EndUser } }
      ...Refusal
    }
  } ${endUserFragment} ${refusalFragment}`,
  creates: true,
  variables: ({ parameters: { name, email, object_id, attributes } }) => ({
    endUser: {
      name: text(name),
      email: identifier(email),
      objectId: identifier(object_id),
      attributes: object(attributes),
    },
  }),
  respond: ({ result }) => presentEndUser(result.endUser),
}
