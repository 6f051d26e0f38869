import { isDeepStrictEqual } from 'node:util'
import { unique } from './unique.js'
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
    body: body.replaceAll(unique, String(++asked)),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`)
  const isWrite = path !== '/graphql' ? path.includes('create') : text.includes('replyToConversation')
  return JSON.parse(text, isWrite ? ofEachWrite : undefined)
}

/** Two writes make two objects at two times, in the same form. */
function ofEachWrite(key: string, value: unknown): unknown {
  if (/^(created_?at|updated_?at|seq)$/i.test(key)) return typeof value
  return key === 'id' || key === 'conversation_id' ? String(value).replace(/^(msg|conv)_.*$/, '$1') : value
}

let asked = 0
