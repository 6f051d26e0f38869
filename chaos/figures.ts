import type { Goal } from './plan.js'

/** What happened in a part; those of several parts add up. */
export interface Figures {
  seconds: number
  conversations: number
  messages: number
  /** Requests that were sent again, since nobody answered or the acknowledgement got lost. */
  repeats: number
  /** By who was killed. */
  kills: Record<string, number>
  /** Webhooks that were accepted, and those of them that were accepted before. */
  fin: Told
  webhooks: Told
  /** How often subscribers had to resume. */
  resumed: number
}

interface Told {
  accepted: number
  duplicates: number
  /** Those that were not accepted, by what happened to them. */
  refused: Record<string, number>
}

/** Nothing yet. */
function noFigures(): Figures {
  const told = () => ({ accepted: 0, duplicates: 0, refused: {} })
  return {
    seconds: 0,
    conversations: 0,
    messages: 0,
    repeats: 0,
    kills: {},
    fin: told(),
    webhooks: told(),
    resumed: 0,
  }
}

/** The sums of two parts. */
export function sum(one: Figures, other: Figures): Figures {
  return {
    seconds: one.seconds + other.seconds,
    conversations: one.conversations + other.conversations,
    messages: one.messages + other.messages,
    repeats: one.repeats + other.repeats,
    kills: sumCounts(one.kills, other.kills),
    fin: sumTold(one.fin, other.fin),
    webhooks: sumTold(one.webhooks, other.webhooks),
    resumed: one.resumed + other.resumed,
  }
}

function sumTold(one: Told, other: Told): Told {
  return {
    accepted: one.accepted + other.accepted,
    duplicates: one.duplicates + other.duplicates,
    refused: sumCounts(one.refused, other.refused),
  }
}

function sumCounts(one: Record<string, number>, other: Record<string, number>): Record<string, number> {
  const sums = { ...one }
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count
  return sums
}

/** Of all parts that have ended. */
export function totals({ parts }: { parts: readonly { figures: Figures }[] }): Figures {
  return parts.map(({ figures }) => figures).reduce(sum, noFigures())
}

/** Whether a run has come to its end. */
export function isReached(goal: Goal, figures: Figures): boolean {
  return figures.messages >= goal.messages && killsOf(figures) >= goal.kills
}

/** How many kills there were. */
export function killsOf({ kills }: Pick<Figures, 'kills'>): number {
  return Object.values(kills).reduce((all, some) => all + some, 0)
}

/** As lines for people. */
export function describe(figures: Figures): string {
  const { seconds, conversations, messages, repeats, kills, fin, webhooks, resumed } = figures
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ') || 'none'
  const told = ({ accepted, duplicates, refused }: Told) =>
    `${accepted} accepted, ${duplicates} of them again; not accepted: ${listed(refused)}`
  return [
    `${messages} messages in ${conversations} conversations, in ${Math.round(seconds)} s (${Math.round(messages / Math.max(seconds, 1))}/s); ${repeats} requests sent again`,
    `kills: ${killsOf(figures)} (${listed(kills)})`,
    `webhooks to Fin: ${told(fin)}`,
    `other webhooks: ${told(webhooks)}`,
    `subscribers resumed ${resumed} times`,
  ].join('\n')
}
