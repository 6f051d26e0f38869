import { expect, test } from 'vitest'
import { killsOf, totals } from '../../chaos/figures.js'
import { openFolder } from '../../chaos/folder.js'
import { goOn } from '../../chaos/run.js'
import { startEmbeddedServer } from '../../chaos/stage/embedded.js'
import { temporaryDataDir } from '../support/dataDir.js'

const kills = Number(process.env.CRASHES ?? 5)
const seed = process.env.SEED ? Number(process.env.SEED) : undefined

// The same for two nodes, longer and with more of everything: npm run chaos.
test(`kill -9 of a server and of its own database, ${kills} times, loses and doubles nothing that was acknowledged`, {
  timeout: 240_000 + kills * 60_000,
}, async () => {
  const folder = await openFolder(temporaryDataDir(), { seed, kills, messages: kills * 200 })
  const broken = await goOn(folder, {
    startStage: startEmbeddedServer,
    isOver: () => false,
    say: console.log,
  })
  expect(broken).toEqual([])
  const figures = totals(folder.run)
  expect(killsOf(figures)).toBe(kills)
  expect(figures.messages).toBeGreaterThanOrEqual(kills * 200)
  expect(figures.resumed).toBeGreaterThan(0)
})
