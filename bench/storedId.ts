const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

const values = new Map(Array.from(alphabet, (digit, value) => [digit, value]))

/** The UUID behind a public id. */
export function storedId(id: string): string {
  let hex = ''
  let bits = -2
  let rest = 0
  for (const digit of id.slice(id.indexOf('_') + 1)) {
    rest = (rest << 5) | (values.get(digit) ?? 0)
    bits += 5
    while (bits >= 4) {
      bits -= 4
      hex += (rest >> bits).toString(16)
      rest &= (1 << bits) - 1
    }
  }
  return hex
}
