import { isDeepStrictEqual } from 'node:util'
import { fromPostgraphile, plain } from './peers/content.js'
import type { Contestant } from './rounds.js'
import { unique } from './unique.js'
import type { Workload } from './workloads.js'

/** Throws unless every other contestant answers the first one's first requests with the same content. */
export async function checkSameContent([first, ...others]: readonly Contestant[]) {
  for (const { name, bodies } of first?.workloads ?? []) {
    for (const other of others) {
      for (let request = 0; request < Math.min(5, bodies.length); request++) {
        const [one, two] = [await answerOf(first, name, request), await answerOf(other, name, request)]
        if (two === null || isDeepStrictEqual(one, two)) continue
        const answers = `${JSON.stringify(one)}\n${JSON.stringify(two)}`
        throw new Error(`${name}: the answers of ${other.name} differ.\n${answers}`)
      }
    }
  }
}

async function answerOf(contestant: Contestant | undefined, name: string, request: number) {
  const workload = contestant?.workloads.find((workload) => workload.name === name)
  if (!contestant || !workload) return null
  const answer = await ask(workload, workload.bodies[request] ?? '', contestant.program.port)
  const content = contestant.name === 'PostGraphile' ? fromPostgraphile(name, answer) : plain(answer)
  return isWrite(name) ? JSON.parse(JSON.stringify(content), ofEachWrite) : content
}

async function ask({ path, token }: Workload, body: string, port: number): Promise<object> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: body.replaceAll(unique, String(++asked)),
  })
  const text = await response.text()
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`${path} answered ${response.status}: ${text}`)
  return JSON.parse(text)
}

const isWrite = (name: string) => /^W(3|4b)/.test(name)

/** Two writes make two objects at two times, in the same form. */
function ofEachWrite(key: string, value: unknown): unknown {
  return /^(id|conversation_id|created_?at|updated_?at|seq)$/i.test(key) ? typeof value : value
}

let asked = 0
