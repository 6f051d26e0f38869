import { styleText } from 'node:util'
import type { Finding } from './run.js'

/** How many points were met, not met, and not met though only assumed. */
export function summary(findings: readonly Finding[]) {
  const failed = findings.filter(({ failure }) => failure !== null)
  const assumed = failed.filter(({ point }) => point.assumed).length
  return { passed: findings.length - failed.length, failed: failed.length - assumed, assumed }
}

/** A table for people: mark, point, the fact it comes from; under a point that is not met, why. */
export function table(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ point }) => point.title.length))
  const lines: string[] = []
  let group = ''
  for (const { variant, point, failure } of findings) {
    if (group !== `${variant} ${point.about}`) {
      group = `${variant} ${point.about}`
      lines.push('', styleText('bold', `${variant}  ${point.about}`))
    }
    const fact = point.assumed ? `assumed: ${point.fact}` : point.fact
    lines.push(`${mark(point.assumed, failure)}  ${point.title.padEnd(width)}  ${styleText('dim', fact)}`)
    if (failure !== null) lines.push(`        ${failure}`)
  }
  const { passed, failed, assumed } = summary(findings)
  return [...lines, '', `${passed} passed, ${failed} failed, ${assumed} assumed failed`].join('\n')
}

function mark(isAssumed: true | undefined, failure: string | null): string {
  if (failure === null) return styleText('green', 'passed')
  return isAssumed ? styleText('yellow', 'warned') : styleText('red', 'failed')
}

/** The same for programs. */
export function json(findings: readonly Finding[]): string {
  const points = findings.map(({ variant, point: { id, about, title, fact, assumed }, failure }) => ({
    variant,
    id,
    about,
    title,
    fact,
    assumed: assumed ?? false,
    failure,
  }))
  return JSON.stringify({ ...summary(findings), points }, null, 2)
}
