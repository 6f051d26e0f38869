import type { Claimed } from './claim.js'
import type { Verdict } from './verdict.js'

/** What a node does for each receiver. */
export interface Lanes {
  /** How many deliveries more may be claimed for a listener. */
  roomOf(listenerId: string): number
  /** How many are claimed, or may be, and not begun, of all. */
  readonly waiting: number
  /** Whether it takes them so quickly that they are claimed ahead. */
  isQuick(listenerId: string): boolean
  /** Keeps room for so many that are about to be claimed; less than none gives it back. */
  keepRoom(listenerId: string, count: number): void
  add(delivery: Claimed): void
  /** The next that may be sent now. */
  next(listenerId: string): Claimed | null
  begun(listenerId: string): void
  /** What came of a send, and how long it took, in ms. */
  answered(listenerId: string, verdict: Verdict, took: number): void
  /** It is recorded, so a kill does not send it again. */
  recorded(listenerId: string): void
  /** Takes out what waits for too long, or for one who could not take another or is not `wanted` any more. */
  takeBack(wanted: (listenerId: string) => boolean): Claimed[]
}

/** How many sends to a receiver a node may have under way, at most. */
export const widest = 32
/** How many sends to a receiver may be begun and not recorded: so many may come again when a node is killed. */
export const mostInDoubt = 256

/** A receiver has so much time's worth claimed ahead, in ms, that it need not wait for the database. */
const ahead = 40
const mostAhead = 384
/** How long a claimed delivery may wait for its turn, in ms: a send may take 30 s more, and its claim must outlast that. */
const patience = 1_000
/** How long it is remembered how quick a receiver was, in ms. */
const memory = 10_000

interface Lane {
  /** How many may be under way: one more for each that is taken, half as many after a failure. */
  width: number
  underWay: number
  inDoubt: number
  /** How long sends take, as of late; in ms. */
  takes: number
  waiting: { delivery: Claimed; since: number }[]
  /** How many are about to be claimed. */
  expected: number
  usedAt: number
  /** It could not take one. What waits, and what is being claimed meanwhile, is to be put back. */
  isBlocked: boolean
}

/** How many are claimed ahead. */
function spareOf({ width, takes }: Lane): number {
  return width === widest ? Math.min(Math.floor((widest * ahead) / Math.max(takes, 1)), mostAhead) : 0
}

/** A receiver that comes back is not overrun; one that is quick never waits; one that is slow has next to nothing claimed ahead. */
export function openLanes(now: () => number = () => performance.now()): Lanes {
  const lanes = new Map<string, Lane>()
  let waiting = 0

  const of = (listenerId: string) => {
    let lane = lanes.get(listenerId)
    if (!lane) {
      lane = {
        width: widest,
        underWay: 0,
        inDoubt: 0,
        takes: Infinity,
        waiting: [],
        expected: 0,
        usedAt: now(),
        isBlocked: false,
      }
      lanes.set(listenerId, lane)
    }
    return lane
  }

  return {
    roomOf(listenerId) {
      const lane = lanes.get(listenerId)
      if (!lane) return widest
      if (lane.isBlocked) return 0
      return Math.max(lane.width + spareOf(lane) - lane.underWay - lane.waiting.length - lane.expected, 0)
    },
    isQuick(listenerId) {
      const lane = lanes.get(listenerId)
      return lane !== undefined && !lane.isBlocked && spareOf(lane) >= widest
    },
    keepRoom(listenerId, count) {
      of(listenerId).expected += count
      waiting += count
    },
    get waiting() {
      return waiting
    },
    add(delivery) {
      of(delivery.listenerId).waiting.push({ delivery, since: now() })
      waiting++
    },
    next(listenerId) {
      const lane = of(listenerId)
      if (lane.isBlocked || lane.underWay >= lane.width || lane.inDoubt >= mostInDoubt) return null
      const [first] = lane.waiting
      if (!first || now() - first.since > patience) return null
      lane.waiting.shift()
      waiting--
      return first.delivery
    },
    begun(listenerId) {
      const lane = of(listenerId)
      lane.underWay++
      lane.inDoubt++
    },
    answered(listenerId, verdict, took) {
      const lane = of(listenerId)
      lane.underWay--
      lane.takes = lane.takes === Infinity ? took : lane.takes + (took - lane.takes) / 8
      if (verdict.kind === 'CUT_OFF') return
      if (verdict.kind === 'DELIVERED') {
        lane.width = Math.min(lane.width + 1, widest)
        return
      }
      lane.width = Math.max(Math.floor(lane.width / 2), 1)
      if (verdict.kind !== 'PARKED' || verdict.unable) lane.isBlocked = true
    },
    recorded(listenerId) {
      const lane = of(listenerId)
      lane.inDoubt--
      lane.usedAt = now()
    },
    takeBack(wanted) {
      const back: Claimed[] = []
      const oldest = now() - patience
      for (const [listenerId, lane] of lanes) {
        const isOver = lane.isBlocked || !wanted(listenerId)
        const since = isOver ? Infinity : oldest
        const kept = lane.waiting.findIndex((one) => one.since >= since)
        const taken = lane.waiting.splice(0, kept === -1 ? lane.waiting.length : kept)
        for (const { delivery } of taken) back.push(delivery)
        // It is not as quick as it was.
        if (taken.length > 0 && !isOver) lane.takes = patience
        // What is being stored meanwhile does not come with the claims that follow.
        lane.isBlocked &&= lane.expected > 0
        const isIdle = lane.inDoubt + lane.waiting.length + lane.expected === 0
        if (isIdle && lane.width === widest && now() - lane.usedAt > memory) lanes.delete(listenerId)
      }
      waiting -= back.length
      return back
    },
  }
}
