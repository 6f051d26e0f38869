import { expect, test } from 'vitest'
import { isAssumed } from '../../../fin-emulator/check/point.js'
import { allPoints, pointsFor } from '../../../fin-emulator/check/points.js'
import { checkVariant, type Finding } from '../../../fin-emulator/check/run.js'
import { type VariantName, variantNames } from '../../../fin-emulator/connection.js'
import { allowed } from './allowed.js'
import { breakages } from './breakages.js'
import type { Breakage } from './helpdesk/breakage.js'
import { clientId, clientSecret, signingSecret } from './helpdesk/secrets.js'
import { startHelpdesk } from './helpdesk/start.js'

async function missed(variant: VariantName, broken?: Breakage): Promise<Finding[]> {
  const helpdesk = await startHelpdesk(broken)
  try {
    const connection = { helpdesk: helpdesk.url, variant, clientId, clientSecret, signingSecret }
    const findings = await checkVariant(connection)
    expect(findings).toHaveLength(pointsFor(connection).length)
    return findings.filter(({ failure }) => failure !== null)
  } finally {
    await helpdesk.stop()
  }
}

const said = (findings: Finding[]) => findings.map(({ point, failure }) => `${point.id}: ${failure}`)

test.each(variantNames)(
  'a helpdesk that does all that Fin relies on meets every point: %s',
  async (variant) => {
    expect(said(await missed(variant))).toEqual([])
  },
)

test('each point has an id of its own, a fact, and a helpdesk that misses it', () => {
  const ids = allPoints.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(breakages).sort()).toEqual([...ids].sort())
  for (const { fact, title } of allPoints) expect([fact, title]).not.toContain('')
  for (const broken of Object.values(breakages)) expect(broken).not.toEqual([])
})

const broken = variantNames.flatMap((variant) =>
  allPoints
    .filter((point) => (point.variant ?? variant) === variant)
    .flatMap(({ id }) => [breakages[id] ?? []].flat().map((breakage) => [variant, id, breakage] as const)),
)

test.each(broken)('%s: %s alone is missed by a helpdesk that misses it', async (variant, id, breakage) => {
  expect(said(await missed(variant, breakage))).toEqual([expect.stringMatching(`^${id}: `)])
})

test.each(allowed)('%s: a helpdesk is free to do otherwise: %s', async (variant, _, breakage) => {
  const findings = await missed(variant, breakage)
  expect(said(findings.filter(({ point }) => !isAssumed(point, variant)))).toEqual([])
})
