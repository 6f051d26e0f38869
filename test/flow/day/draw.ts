import { draw } from '../../../chaos/draw.js'

/** From 0 to 1, the same for the same seed and name. */
export type Draw = (what: string) => number

export function drawing(seed: number, ...whose: (string | number)[]): Draw {
  return (what) => draw(seed, ...whose, what)
}

export function pick<T>(among: readonly T[], chance: number): T | undefined {
  return among[Math.floor(chance * among.length)]
}
