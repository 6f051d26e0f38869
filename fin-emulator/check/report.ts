import { styleText } from 'node:util'
import { isAssumed } from './point.js'
import type { Finding } from './run.js'

/** How many points were met, not met, and not met though only assumed. */
export function summary(findings: readonly Finding[]) {
  const failed = findings.filter(({ failure }) => failure !== null)
  const assumed = failed.filter(({ point, variant }) => isAssumed(point, variant)).length
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
    const assumed = isAssumed(point, variant)
    const fact = assumed ? `assumed: ${point.fact}` : point.fact
    lines.push(`${mark(assumed, failure)}  ${point.title.padEnd(width)}  ${styleText('dim', fact)}`)
    if (failure !== null) lines.push(`        ${failure}`)
  }
  const { passed, failed, assumed } = summary(findings)
  return [...lines, '', `${passed} passed, ${failed} failed, ${assumed} assumed failed`].join('\n')
}

function mark(assumed: boolean, failure: string | null): string {
  if (failure === null) return styleText('green', 'passed')
  return assumed ? styleText('yellow', 'warned') : styleText('red', 'failed')
}

/** The same for programs. */
export function json(findings: readonly Finding[]): string {
  const points = findings.map(({ variant, point, failure }) => {
    const { id, about, title, fact } = point
    return { variant, id, about, title, fact, assumed: isAssumed(point, variant), failure }
  })
  return JSON.stringify({ ...summary(findings), points }, null, 2)
}
