import pg from 'pg'
import { expect, test } from 'vitest'
import { totals } from '../../chaos/figures.js'
import { openFolder } from '../../chaos/folder.js'
import { goOn } from '../../chaos/run.js'
import { startEmbeddedServer } from '../../chaos/stage/embedded.js'
import type { Stage } from '../../chaos/stage/stage.js'
import { temporaryDataDir } from '../support/dataDir.js'

const quiet = { isOver: () => false, say: () => {} }

test('a run goes on where it ended, and in the end looks at all of it again', {
  timeout: 600_000,
}, async () => {
  const dir = temporaryDataDir()
  // A part that is over at once lets a dozen conversations end: fewer messages than this.
  const first = await openFolder(dir, { seed: 4, kills: 0, messages: 200 })
  expect(await goOn(first, { ...quiet, startStage: startEmbeddedServer, isOver: () => true })).toEqual([])

  const second = await openFolder(dir, {})
  const broken = await goOn(second, {
    ...quiet,
    startStage: async (options, undo) => {
      const stage = await startEmbeddedServer(options, undo)
      expect(await countMessages(stage)).toBe(totals(first.run).messages)
      await run(stage, `update message set text = 'changed' where text = '1.1 fin 1'`)
      return stage
    },
  })
  expect(second.run.parts.map(({ number }) => number)).toEqual([1, 2])
  expect(broken).toEqual([
    'Subscriber 1 was shown other events than are stored',
    'The webhook was told other events of conversation 1.1 than are stored',
    expect.stringMatching(/^Conversation 1\.1 stores "changed" as its message \d+, which nobody has said$/),
    'In conversation 1.1 2 messages of Fin were acknowledged, and 1 are stored',
  ])
  // Nothing goes on after that.
  expect(await goOn(await openFolder(dir, {}), { ...quiet, startStage: startEmbeddedServer })).toEqual(broken)
})

test('a folder is of one run', async () => {
  const dir = temporaryDataDir()
  await openFolder(dir, { seed: 4, kills: 1, messages: 100 })
  await expect(openFolder(dir, { seed: 5 })).rejects.toThrow('--seed 4 --kills 1 --messages 100')
})

async function countMessages(stage: Stage): Promise<number> {
  const [row] = await run(stage, 'select count(*)::int as count from message')
  return row.count
}

async function run(stage: Stage, statement: string) {
  const client = new pg.Client({ connectionString: stage.databaseUrl() })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
