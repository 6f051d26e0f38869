import { type Request, Router } from 'express'
import { compare } from './compare.js'
import type { ConversationCopy } from './conversationCopy.js'
import { conversationView } from './conversationView.js'
import type { Fin } from './fin.js'
import { markRead, setData, write } from './messenger.js'
import { dataShape, openingShape, writingShape } from './messengerInput.js'
import { openConversation } from './openConversation.js'

/** No conversation of this emulator has the id. */
export class UnknownConversationError extends Error {
  constructor(id: string) {
    super(`Fin has no conversation ${id}.`)
    this.name = 'UnknownConversationError'
  }
}

/** The end-user's side, as an HTTP API. Conversations go by Fin's ids. */
export function messengerRoutes(fin: Fin): Router {
  const router = Router()

  const find = (request: Request<{ id: string }>): ConversationCopy => {
    const copy = fin.store.byId(request.params.id)
    if (!copy) throw new UnknownConversationError(request.params.id)
    return copy
  }

  router.get('/conversations', (_request, response) => {
    response.json(fin.store.conversations().map(conversationView))
  })

  router.post('/conversations', async (request, response) => {
    const copy = await openConversation(fin, openingShape.parse(request.body))
    response.status(201).json(conversationView(copy))
  })

  router.get('/conversations/:id', (request, response) => {
    response.json(conversationView(find(request)))
  })

  router.post('/conversations/:id/messages', async (request, response) => {
    const copy = find(request)
    await write(fin, copy, writingShape.parse(request.body))
    response.status(201).json(conversationView(copy))
  })

  router.post('/conversations/:id/data', async (request, response) => {
    const copy = find(request)
    await setData(fin, copy, dataShape.parse(request.body))
    response.json(conversationView(copy))
  })

  router.post('/conversations/:id/read', async (request, response) => {
    const copy = find(request)
    await markRead(fin, copy)
    response.json(conversationView(copy))
  })

  router.get('/conversations/:id/difference', async (request, response) => {
    const copy = find(request)
    response.json(await fin.syncs.inTurn(copy.id, () => compare(fin, copy)))
  })

  return router
}
