import type { VariantName } from '../connection.js'
import type { Operation } from '../variant.js'
import type { Probe } from './probe.js'

/** One thing that Fin relies on, and how to find out whether a helpdesk does it. */
export interface Point {
  /** Names it in a report; unique. */
  id: string
  /** What it belongs to. */
  about: Operation | 'token' | 'credentials' | 'signature'
  title: string
  /** Where it is written, in a few words. */
  fact: string
  /**
   * The vendor's pages do not say so, or only in part: a helpdesk that does otherwise is warned, not failed.
   * Where they leave it open for one variant only, its name.
   */
  assumed?: true | VariantName
  /** Where it holds for one variant only. */
  variant?: VariantName
  /** Throws Unmet, or whatever went wrong. */
  run(probe: Probe): Promise<void>
}

/** Whether a helpdesk that does otherwise is warned only. */
export function isAssumed({ assumed }: Point, variant: VariantName): boolean {
  return assumed === true || assumed === variant
}

/** A point that a helpdesk does not meet. */
export class Unmet extends Error {
  constructor(
    readonly expected: string,
    readonly got: unknown,
  ) {
    super(`expected ${expected}, got ${shown(got)}`)
  }
}

/** Throws Unmet unless it holds. */
export function expectThat(holds: boolean, expected: string, got: unknown): void {
  if (!holds) throw new Unmet(expected, got)
}

/** Throws Unmet unless both are the same JSON. */
export function expectSame(got: unknown, expected: unknown): void {
  expectThat(JSON.stringify(got) === JSON.stringify(expected), shown(expected), got)
}

const longest = 160

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
