import { collect, type Listener } from './socket.js'

/** The same as `listen`, over server-sent events. */
// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of a result
export function listenSse<Data = any>(
  url: string,
  token: string | null,
  query: string,
  variables: Record<string, unknown> = {},
): Listener<Data> {
  const stopping = new AbortController()
  return collect<Data>((sink) => {
    const reading = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
        signal: stopping.signal,
      })
      let text = ''
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const events = (text + chunk).split('\n\n')
        text = events.pop() ?? ''
        for (const event of events) {
          const data = /^data: (.+)$/m.exec(event)?.[1]
          if (/^event: next$/m.test(event) && data) sink.next(JSON.parse(data))
        }
      }
      sink.complete()
    }
    reading().catch((error) => sink.error(error))
    return () => stopping.abort()
  })
}
