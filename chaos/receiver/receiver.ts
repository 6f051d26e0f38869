import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import type { Epoch } from '../epoch.js'
import type { Faults } from '../faults.js'
import { type Answer, answerDelay, answerTo } from './answers.js'

/** One webhook, as it came in. */
export interface Arrival<Told> {
  told: Told
  begunAt: number
  epoch: number
}

/** What a receiver is told, and what it makes of it. */
export interface Hearing<Told> {
  /** Throws for a body that is none of ours. */
  read(body: unknown): Told
  /** What it is about: webhooks about the same come one after the other. */
  subject(told: Told): string
  /** The conversation's number; null where it is not known. */
  number(told: Told): number | null
  accept(arrival: Arrival<Told>): void
}

export interface Receiver {
  /** How often each answer was given. */
  answers: Record<Answer, number>
  /** From now on it accepts whatever comes. */
  behave(): void
  stop(): Promise<void>
}

export interface ReceiverOptions<Told> {
  name: string
  port: number
  seed: number
  hearing: Hearing<Told>
  epoch: Epoch
  faults: Faults
}

/**
 * Stands where webhooks go. It survives every crash; it accepts most of what comes, and some of it fails, hangs, is sent
 * elsewhere, is put off, or loses its connection. What its sender did not live to hear has not been accepted.
 */
export async function startReceiver<Told>(options: ReceiverOptions<Told>): Promise<Receiver> {
  const { name, seed, hearing, epoch, faults } = options
  const answers = { accept: 0, fail: 0, break: 0, hang: 0, busy: 0, redirect: 0 }
  const counts = new Map<string, number>()
  const open = new Map<string, number>()
  let behaves = false

  const server = createServer(async (request, response) => {
    const arrival = { begunAt: Date.now(), epoch: epoch.now }
    let told: Told
    try {
      told = hearing.read(await json(request))
    } catch (error) {
      // Cut off in the middle, by a kill, it is no webhook.
      if (request.complete) faults.add(`${name} was sent something unreadable: ${(error as Error).message}`)
      response.destroy()
      return
    }
    const subject = hearing.subject(told)
    const close = enter(subject)
    response.once('close', close)

    const nth = (counts.get(subject) ?? 0) + 1
    counts.set(subject, nth)
    const number = hearing.number(told)
    if (number !== null) await pause(answerDelay(seed, name, number, nth))
    const answer = behaves || number === null ? 'accept' : answerTo(seed, name, number, nth)
    if (response.destroyed) return
    answers[answer]++
    // The next may come as soon as this is answered.
    if (answer !== 'hang') close()
    give(answer, response)
    if (answer === 'accept') hearing.accept({ told, ...arrival })
  })

  /** Never two at once about the same. */
  function enter(subject: string) {
    const present = (open.get(subject) ?? 0) + 1
    open.set(subject, present)
    if (present > 1) faults.add(`${name} was sent ${present} webhooks at once about ${subject}`)
    let closed = false
    return () => {
      if (closed) return
      closed = true
      const left = (open.get(subject) ?? 0) - 1
      if (left > 0) open.set(subject, left)
      else open.delete(subject)
    }
  }

  server.keepAliveTimeout = 60_000
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  return {
    answers,
    behave() {
      behaves = true
    },
    async stop() {
      server.close().closeAllConnections()
      await once(server, 'close')
    },
  }
}

function give(answer: Answer, response: ServerResponse) {
  if (answer === 'accept') response.writeHead(202).end()
  if (answer === 'fail') response.writeHead(500).end('Out of order')
  if (answer === 'busy') response.writeHead(429, { 'retry-after': '1' }).end()
  if (answer === 'redirect') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
  if (answer === 'break') response.destroy()
  // One that hangs is given nothing; its sender ends it.
}
