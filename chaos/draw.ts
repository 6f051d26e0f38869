/**
 * A number from 0 to 1 that belongs to the seed and to what it is for, whatever was drawn before: so the same seed
 * gives the same answers however the processes are scheduled.
 */
export function draw(seed: number, ...what: (string | number)[]): number {
  let state = 2_166_136_261
  for (const char of `${seed} ${what.join(' ')}`) state = Math.imul(state ^ char.charCodeAt(0), 16_777_619)
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

/** A whole number from `from` to `to`, drawn in the same way. */
export function drawWhole(from: number, to: number, seed: number, ...what: (string | number)[]): number {
  return from + Math.floor(draw(seed, ...what) * (to - from + 1))
}
