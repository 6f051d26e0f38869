/** Whether bytes may be the start of a text, whatever else its first letters look like. */
export function isWritten(bytes: Uint8Array): boolean {
  return hasUtf16Mark(bytes) || bytes.every((byte) => byte >= 0x20 || spacing.has(byte))
}

/** Tab, the ends of lines and pages, and the sign that changes between Japanese alphabets. */
const spacing = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])

export function hasUtf16Mark([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}
