const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** A stored UUID as clients see it, as quickly as a program can. */
export function publicId(prefix: string, uuid: string): string {
  let out = `${prefix}_`
  // 26 digits of 5 bits for 128: the first two bits are always 0.
  let bits = 2
  let rest = 0
  for (let at = 0; at < 36; at++) {
    const code = uuid.charCodeAt(at)
    if (code === 45) continue
    rest = (rest << 4) | (code < 58 ? code - 48 : code - 87)
    bits += 4
    if (bits >= 5) {
      bits -= 5
      out += alphabet[rest >> bits]
      rest &= (1 << bits) - 1
    }
  }
  return out
}

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
