// The load generator, a program of its own: a closed loop over kept-alive connections, one request at a time on each.
import { connect } from 'node:net'
import { unique } from './unique.js'

/** What the parent asks for. */
export interface Load {
  port: number
  /** Whole HTTP requests, taken in turn; `unique` in one becomes a number of the same length, another each time. */
  requests: string[]
  connections: number
  seconds: number
}

/** What it gets back; times in ms. */
export interface Measured {
  count: number
  /** Answered with another status than 200 or 201, or with an error in the body. */
  failed: number
  seconds: number
  p50: number
  p99: number
}

let given = 0

process.on('message', (load: Load) => {
  run(load).then((measured) => process.send?.(measured))
})
process.on('disconnect', () => process.exit(0))

async function run({ port, requests, connections, seconds }: Load): Promise<Measured> {
  const prepared = requests.map((request) => {
    const parts = request.split(unique)
    const whole = Buffer.from(request)
    return parts.length === 1 ? () => whole : () => parts.join(String(++given).padStart(unique.length, '0'))
  })
  const times: number[] = []
  let failed = 0
  let next = 0
  const start = performance.now()
  const end = start + seconds * 1_000

  const loop = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      let sent = 0
      let received = Buffer.alloc(0)
      const send = () => {
        sent = performance.now()
        socket.write(prepared[next++ % prepared.length]?.() ?? '')
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('close', resolve)
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        if (!isWhole(received)) return
        const now = performance.now()
        times.push(now - sent)
        if (!isGood(received)) failed++
        received = Buffer.alloc(0)
        if (now < end) send()
        else socket.destroy()
      })
    })

  await Promise.all(Array.from({ length: connections }, loop))
  times.sort((a, b) => a - b)
  return {
    count: times.length,
    failed,
    seconds: (performance.now() - start) / 1_000,
    p50: times[Math.floor(times.length * 0.5)] ?? 0,
    p99: times[Math.floor(times.length * 0.99)] ?? 0,
  }
}

function isWhole(received: Buffer): boolean {
  const head = received.indexOf('\r\n\r\n')
  if (head === -1) return false
  const length = /content-length: *(\d+)/i.exec(received.toString('latin1', 0, head))?.[1]
  if (length !== undefined) return received.length >= head + 4 + Number(length)
  return received.subarray(-5).toString('latin1') === '0\r\n\r\n'
}

function isGood(received: Buffer): boolean {
  return (
    /^20[01]$/.test(received.toString('latin1', 9, 12)) &&
    !received.includes('Error"') &&
    !received.includes('"errors"')
  )
}
