import { isDeepStrictEqual } from 'node:util'
import type { Workload } from './workloads.js'

/** Throws unless both servers answer a workload's first requests with the same content. */
export async function checkSameContent(workload: Workload, ports: readonly number[]) {
  for (const body of workload.bodies.slice(0, 5)) {
    const [one, other] = await Promise.all(ports.map((port) => ask(workload, body, port)))
    if (isDeepStrictEqual(one, other)) continue
    throw new Error(`${workload.name}: the answers differ.\n${JSON.stringify(one)}\n${JSON.stringify(other)}`)
  }
}

async function ask({ path, token }: Workload, body: string, port: number): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${text}`)
  const data = JSON.parse(text)
  const written = data.data?.replyToConversation?.message
  // Two replies to one conversation are two messages.
  if (written) for (const key of ['id', 'seq', 'createdAt']) written[key] = typeof written[key]
  return data
}
