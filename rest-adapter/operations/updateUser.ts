import type { Operation } from '../operation.js'
import { type EndUser, endUserFragment, presentEndUser } from '../present.js'
import { refusalFragment } from '../refusal.js'

interface Data {
  result: { endUser: EndUser }
}

export const updateUser: Operation<Data> = {
  document: `mutation UpdateUser($input: UpdateEndUserInput!) {
    result: updateEndUser(input: $input) {
      ... on UpdateEndUserPayload { endUser { ...EndUser } }
      ...Refusal
    }
  } ${endUserFragment} ${refusalFragment}`,
  creates: false,
  variables: ({ parameters: { user_id, attributes }, unread }) => ({
    input: { endUserId: user_id, attributes: attributes ?? {}, unread },
  }),
  respond: ({ result }) => presentEndUser(result.endUser),
}
