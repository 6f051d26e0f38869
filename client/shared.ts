import { type Connection, connect } from './connection.js'
import { Ended } from './ended.js'
import { type Reach, withDefaults } from './options.js'
import { socketUrl } from './url.js'

/** A socket that several use. */
export interface Link {
  /** Once the server has accepted the token. */
  ready: Promise<Connection>
  /** The server does not take its token any more. */
  refuse(): void
  probe(): void
  close(): void
}

/** One link at a time: after it has ended, whoever asks next opens another. */
export function createShared(options: Reach, onPong: () => void) {
  let current: Link | null = null
  let refused: string | null = null

  function open(): Link {
    let connection: Connection | null = null
    let given: string | null = null
    let isClosed = false

    async function begin(): Promise<Connection> {
      const { webSocket, pulse } = withDefaults(options)
      const token = await options.token(refused)
      if (!token || token === refused) throw new Ended('fault', 'There is no token that is accepted', 4403)
      given = token
      const url = socketUrl(typeof options.url === 'function' ? await options.url() : options.url)
      if (isClosed) throw new Ended('later', 'Stopped')
      connection = connect({ url, token, webSocket, ...pulse, onPong })
      connection.during(new Promise(() => {})).catch(forget)
      await connection.ready
      refused = null
      return connection
    }

    function forget() {
      if (current === link) current = null
    }

    function close() {
      isClosed = true
      forget()
      connection?.close()
    }

    const link: Link = {
      ready: begin(),
      refuse() {
        refused = given
        close()
      },
      probe: () => connection?.probe(),
      close,
    }
    link.ready.catch(forget)
    return link
  }

  return {
    link(): Link {
      current ??= open()
      return current
    },
    probe: () => current?.probe(),
    close: () => current?.close(),
  }
}
