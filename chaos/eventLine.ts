/** An event as a line, to compare what was shown with what is stored. */
export function eventLine(position: number, type: string, text: string | null | undefined): string {
  return `${position} ${type} ${text ?? ''}\n`
}

/** An event's place in the log. Opaque to clients; here it shows whether one is missing. */
export function positionOf(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64url').toString().split('.')[1])
}
