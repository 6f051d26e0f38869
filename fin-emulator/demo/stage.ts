import { createGraphql, type Graphql } from './graphql.js'
import { connectMessenger, type Messenger } from './messenger.js'
import { type Programs, startPrograms } from './programs.js'
import { makeAgent } from './setUp.js'
import { type Watch, watchEvents } from './watch.js'

/** A helpdesk and Fin, each a process of its own, and a human agent at work. */
export interface Stage extends Pick<Programs, 'helpdeskUrl' | 'finUrl' | 'broken'> {
  agent: { id: string; name: string }
  graphql: Graphql
  watch: Watch
  messenger: Messenger
}

/** Sets up the stage on an empty database; what has to be undone goes onto `undo`. */
export async function setStage(undo: (() => unknown)[]): Promise<Stage> {
  const { helpdeskUrl, finUrl, inboxId, admin, broken } = await startPrograms(undo, { sample: false })
  const messenger = await connectMessenger(finUrl)
  undo.push(messenger.stop)

  const agent = await makeAgent(admin, [inboxId])
  const graphql = createGraphql(helpdeskUrl, agent.token)
  const watch = await watchEvents(graphql.url, agent.token)
  undo.push(watch.stop)
  return { helpdeskUrl, finUrl, agent, graphql, watch, messenger, broken }
}
