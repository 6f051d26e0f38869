/** As many bytes are sent at once, and can be counted in a short head. */
const most = 65_535
const text = 0x81
const start = '{"id":'

/** WebSocket frames that are the same for all but for the id, whose place is left free. */
interface Form {
  bytes: Buffer
  /** Where the id belongs. */
  places: number[]
}

/** Results as the messages of graphql-transport-ws that many are sent: put together once for ids of the same length. */
export class Frames {
  #results: readonly string[]
  /** By the length of the id; null when it is too much. */
  #forms = new Map<number, Form | null>()
  #last: { id: string; bytes: Buffer } | null = null

  private constructor(results: readonly string[]) {
    this.#results = results
  }

  static of(results: readonly string[]): Frames {
    const known = made.get(results)
    if (known) return known
    const frames = new Frames(results)
    made.set(results, frames)
    return frames
  }

  /**
   * Null when there are more bytes than there is room for.
   * @param id as JSON
   */
  bytesFor(id: string, room: number): Buffer | null {
    const form = this.#formFor(Buffer.byteLength(id))
    if (!form || form.bytes.length > room) return null
    // Where clients number their subscriptions, most have the same id.
    if (this.#last?.id === id) return this.#last.bytes
    const bytes = Buffer.allocUnsafe(form.bytes.length)
    form.bytes.copy(bytes)
    for (const place of form.places) bytes.write(id, place)
    this.#last = { id, bytes }
    return bytes
  }

  #formFor(length: number): Form | null {
    const known = this.#forms.get(length)
    if (known !== undefined) return known
    const form = formOf(this.#results, ' '.repeat(length))
    this.#forms.set(length, form)
    return form
  }
}

const made = new WeakMap<readonly string[], Frames>()

function formOf(results: readonly string[], blank: string): Form | null {
  const parts: Buffer[] = []
  const places: number[] = []
  let length = 0
  for (const result of results) {
    const message = Buffer.from(`${start}${blank},"type":"next","payload":${result}}`)
    const head = Buffer.from(
      message.length < 126 ? [text, message.length] : [text, 126, message.length >> 8, message.length & 255],
    )
    places.push(length + head.length + start.length)
    parts.push(head, message)
    length += head.length + message.length
    if (length > most) return null
  }
  return { bytes: Buffer.concat(parts), places }
}
