import { Agent } from 'undici'
import { pick } from '../connect.js'
import type { VariantName } from '../connection.js'
import { reason } from '../helpdeskError.js'
import type { Checked } from './address.js'
import { type Calls, createCalls } from './calls.js'
import { type Point, Unmet } from './point.js'
import { anyToken } from './points/token.js'
import { pointsFor } from './points.js'
import { createProbe, type Probe } from './probe.js'

/** What was found out about one point. */
export interface Finding {
  variant: VariantName
  point: Point
  /** Null: the helpdesk meets it. */
  failure: string | null
}

const atOnce = 8

/** Looks at all points through one variant. Throws when the helpdesk cannot be reached, or lets nobody in. */
export async function checkVariant(
  connection: Checked,
  progress: (done: number, all: number) => void = () => {},
): Promise<Finding[]> {
  const dispatcher = new Agent({ connect: { timeout: 5_000 }, headersTimeout: 15_000, bodyTimeout: 15_000 })
  try {
    const probe = await letIn(connection, dispatcher)
    const points = pointsFor(connection)
    const findings: Finding[] = []
    const waiting = points.entries()
    let done = 0
    const worker = async () => {
      for (const [index, point] of waiting) {
        const failure = await point.run(probe).then(() => null, explain)
        findings[index] = { variant: connection.variant, point, failure }
        progress(++done, points.length)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    return findings
  } finally {
    await dispatcher.destroy()
  }
}

/** By whichever of the usual ways the helpdesk gives a token. */
async function letIn(connection: Checked, dispatcher: Agent): Promise<Probe> {
  const token =
    connection.staticToken ?? (await tokenFrom(createCalls(connection, '', dispatcher), connection))
  const calls = createCalls(connection, token, dispatcher)
  const { status, object } = await calls.call('get_agents')
  if (!Array.isArray(object)) throw new Error(`The helpdesk lists no agents: it answered ${status}.`)
  return createProbe(connection, calls, pick(object, connection.agentId).id)
}

async function tokenFrom(calls: Calls, connection: Checked): Promise<string> {
  const { status, body } = await anyToken({ ...calls, connection })
  if (typeof body?.access_token === 'string') return body.access_token
  throw new Error(`The helpdesk gives no token: it answered ${status}.`)
}

function explain(error: unknown): string {
  return error instanceof Unmet ? error.message : `not found out: ${reason(error)}`
}
