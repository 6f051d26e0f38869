import type { Verdict } from './verdict.js'

/** How many deliveries to a receiver a node may have under way. */
export interface Windows {
  roomOf(listenerId: string): number
  begin(listenerId: string): void
  end(listenerId: string, verdict: Verdict): void
}

/** At most. */
export const widest = 32

/** One more for each that is taken, half as many after a failure: a receiver that comes back is not overrun. */
export function openWindows(): Windows {
  const windows = new Map<string, { width: number; underWay: number }>()

  const of = (listenerId: string) => {
    const window = windows.get(listenerId) ?? { width: widest, underWay: 0 }
    windows.set(listenerId, window)
    return window
  }

  return {
    roomOf(listenerId) {
      const { width, underWay } = windows.get(listenerId) ?? { width: widest, underWay: 0 }
      return width - underWay
    },
    begin(listenerId) {
      of(listenerId).underWay++
    },
    end(listenerId, verdict) {
      const window = of(listenerId)
      window.underWay--
      if (verdict.kind === 'CUT_OFF') return
      window.width =
        verdict.kind === 'DELIVERED'
          ? Math.min(window.width + 1, widest)
          : Math.max(Math.floor(window.width / 2), 1)
      if (window.width === widest && window.underWay === 0) windows.delete(listenerId)
    },
  }
}
