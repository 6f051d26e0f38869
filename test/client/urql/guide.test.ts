import { describe } from 'vitest'
import { guideDocument, testTheGuide } from '../guide.js'
import { createClient } from './client.js'

describe('urql', () => {
  testTheGuide(({ place }) => {
    const client = createClient({ ...place, onResync() {} })
    return {
      async query(name, variables) {
        const options = { requestPolicy: 'network-only' } as const
        const { data, error } = await client.query(guideDocument(name), variables, options).toPromise()
        if (error) throw error
        return data
      },
      held: (name, variables) => client.readQuery(guideDocument(name), variables)?.data,
      async mutate(name, variables) {
        const { data, error } = await client.mutation(guideDocument(name), variables).toPromise()
        if (error) throw error
        return data
      },
      subscribe(name, variables, onData) {
        const { unsubscribe } = client
          .subscription(guideDocument(name), variables)
          .subscribe(({ data, error }) => {
            if (error) throw error
            onData(data)
          })
        return unsubscribe
      },
    }
  })
})
