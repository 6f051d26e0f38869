import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphiQLOptions } from 'graphql-yoga'

/** What a newcomer sees first; the same as in README.md. */
export const firstDocument = `query Inbox {
  conversations(first: 5, filter: { status: [OPEN] }) {
    nodes {
      id
      title
      preview
      endUser { name }
      assignee { name }
    }
  }
}

subscription Live {
  events {
    cursor
    type
    occurredAt
    conversation { id status preview }
  }
}
`

/** The token comes in the address's fragment, which browsers send to no server, and goes into the headers tab. */
const signIn = `<script>
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) {
    sessionStorage.setItem('graphdesk', token)
    history.replaceState(null, '', location.pathname + location.search)
  }
  const kept = sessionStorage.getItem('graphdesk')
  if (kept) window.graphdeskHeaders = JSON.stringify({ authorization: 'Bearer ' + kept }, null, 2)
</script>`

/** GraphiQL from this server's own files, signed in by a link that ends in \`#token=…\`. */
export function renderGraphiql(options?: GraphiQLOptions): string {
  const page = renderGraphiQL({
    ...options,
    defaultQuery: firstDocument,

    headers: placeholder,
  })
  return page
    .replace(JSON.stringify(placeholder), 'window.graphdeskHeaders')
    .replace('<div id="root"></div>', `<div id="root"></div>${signIn}`)
}

const placeholder = 'graphdesk-headers'
