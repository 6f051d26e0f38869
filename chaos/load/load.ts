import { setTimeout as pause } from 'node:timers/promises'
import { plan, type Said, type Voice } from '../plan.js'
import type { Speech } from './speech.js'

/** A conversation that was begun. */
export interface Life {
  number: number
  /** Its title, and the beginning of each of its texts. */
  name: string
  id: string
  /** What was acknowledged. */
  said: Said
}

export interface Load {
  /** By conversation id. */
  lives: ReadonlyMap<string, Life>
  /** Acknowledged messages. */
  readonly messages: number
  /** The number of the next conversation. */
  readonly next: number
  /** Begins no more conversations, lets those under way end, and throws what one met. */
  finish(): Promise<void>
  /** One has met what no repeat would change: `finish` will throw it. */
  readonly isBroken: boolean
}

export interface LoadOptions {
  seed: number
  /** Of the first conversation. */
  from: number
  nameOf: (number: number) => string
  speech: Speech
  /** Called for each message that was acknowledged. */
  acknowledged: () => void
  /** Whether too much of what was said is still to be told: then no conversation begins. */
  isBehind: (messages: number) => boolean
}

/** Conversations at a time; in each of them three may speak at once. */
const atOnce = 12
const pauseMs = 50

/** Lives one conversation after the other, several at a time, until it is told to finish. */
export function startLoad({ seed, from, nameOf, speech, acknowledged, isBehind }: LoadOptions): Load {
  const lives = new Map<string, Life>()
  let next = from
  let messages = 0
  let finished = false
  let broken = false

  async function live(number: number) {
    const name = nameOf(number)
    const id = await speech.open(name)
    const life: Life = { number, name, id, said: { user: 0, fin: 0, human: 0 } }
    lives.set(id, life)
    count(life, 'user')
    const planned = plan(seed, number)
    const voices = Object.keys(planned) as Voice[]
    await Promise.all(voices.map((voice) => speak(life, voice, planned[voice])))
  }

  async function speak(life: Life, voice: Voice, most: number) {
    while (life.said[voice] < most) {
      await speech.say(life.name, life.id, voice, life.said[voice] + 1)
      count(life, voice)
    }
  }

  function count(life: Life, voice: Voice) {
    life.said[voice]++
    messages++
    acknowledged()
  }

  async function liveOn() {
    while (!finished) {
      if (isBehind(messages)) await pause(pauseMs)
      else await live(next++)
    }
  }

  const living = Promise.all(Array.from({ length: atOnce }, liveOn))
  living.catch(() => {
    broken = true
  })
  return {
    lives,
    get messages() {
      return messages
    },
    get next() {
      return next
    },
    get isBroken() {
      return broken
    },
    async finish() {
      finished = true
      await living
    },
  }
}
