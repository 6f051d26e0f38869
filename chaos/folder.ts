import { randomBytes, randomInt } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { freePort } from '../fin-emulator/demo/freePort.js'
import type { Figures } from './figures.js'
import type { Accounts } from './load/accounts.js'
import type { Goal, Said } from './plan.js'

/** What a run keeps between its parts. */
export interface Run extends Goal {
  seed: number
  /** Of 127.0.0.1. Those of the stage are for its nodes and its database. */
  ports: { stage: number[]; fin: number; webhooks: number }
  adminToken: string
  secretKey: string
  /** Null until the helpdesk is set up. */
  accounts: Accounts | null
  /** Parts that were begun; one that was cut off is not among `parts`. */
  begun: number
  /** The number of the next conversation. */
  next: number
  parts: Part[]
  /** The goal is reached, and all parts were compared once more. */
  isDone: boolean
  /** What was found broken; nothing goes on after that. */
  broken: readonly string[]
}

/** A part that has ended and been judged. */
export interface Part {
  number: number
  /** Its events are those after `from` up to `to`. */
  from: number
  to: number
  /** Of what each follower saw, by its name. */
  followers: Record<string, string>
  figures: Figures
}

/** What was acknowledged in one conversation, and what was told of it. */
export interface Entry {
  part: number
  name: string
  id: string
  said: Said
  fin: { accepted: number; first: number; last: number } | null
  webhooks: { events: number; digest: string } | null
}

/** Where a run lives. */
export interface Folder {
  dataDir: string
  run: Run
  save(): void
  /** Keeps a part's conversations. */
  append(entries: readonly Entry[]): void
  /** Of all parts that have ended. */
  entries(): Entry[]
}

/** What a run is asked for; what is left out is as it was, or as usual. */
export type Wanted = Partial<Goal & { seed: number }>

const usual: Goal = { kills: 6, messages: 2_000 }

/** Opens a run's folder, or begins one; refuses a folder that holds another run or something else. */
export async function openFolder(folder: string, goal: Wanted): Promise<Folder> {
  const file = path.join(folder, 'run.json')
  const ledger = path.join(folder, 'conversations.ndjson')
  const dataDir = path.join(folder, 'data')
  // Not left to the umask: PostgreSQL's user has to pass through.
  if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o755)
  const run = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run) : await begin(goal)
  const { seed, kills, messages } = run
  const differs = (['seed', 'kills', 'messages'] as const).some((key) => run[key] !== (goal[key] ?? run[key]))
  if (differs)
    throw new Error(
      `${folder} holds another run: go on with --seed ${seed} --kills ${kills} --messages ${messages}, or name another folder.`,
    )
  if (!existsSync(file) && existsSync(dataDir))
    throw new Error(`${folder} is not the folder of a run. Name an empty one.`)
  // A run that ended before it was set up begins anew.
  if (!run.accounts) rmSync(dataDir, { recursive: true, force: true })

  const opened: Folder = {
    dataDir,
    run,
    save() {
      writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
    append(entries) {
      appendFileSync(ledger, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    },
    entries() {
      if (!existsSync(ledger)) return []
      const ended = new Set(run.parts.map(({ number }) => number))
      const lines = readFileSync(ledger, 'utf8').split('\n').slice(0, -1)
      return lines.map((line) => JSON.parse(line) as Entry).filter(({ part }) => ended.has(part))
    },
  }
  opened.save()
  return opened
}

async function begin(goal: Wanted): Promise<Run> {
  const ports: number[] = []
  while (ports.length < 5) {
    const port = await freePort()
    if (!ports.includes(port)) ports.push(port)
  }
  const [fin = 0, webhooks = 0, ...stage] = ports
  return {
    seed: goal.seed ?? randomInt(1_000_000),
    kills: goal.kills ?? usual.kills,
    messages: goal.messages ?? usual.messages,
    ports: { fin, webhooks, stage },
    adminToken: randomBytes(24).toString('base64url'),
    secretKey: randomBytes(24).toString('base64url'),
    accounts: null,
    begun: 0,
    next: 1,
    parts: [],
    isDone: false,
    broken: [],
  }
}
