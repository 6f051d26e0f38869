import { renderGraphiQL } from '@graphql-yoga/render-graphiql'
import type { GraphiQLOptions } from 'graphql-yoga'
import { tabs } from './graphiqlTabs.js'

/**
 * The token comes in the address's fragment, which browsers send to no server, and goes into the headers tab. With it
 * an open conversation is looked for, which the examples are about.
 */
const opening = `<script>
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (token) {
    sessionStorage.setItem('graphdesk', token)
    history.replaceState(null, '', location.pathname + location.search)
  }
  const kept = sessionStorage.getItem('graphdesk')
  const signedIn = kept ? { authorization: 'Bearer ' + kept } : {}

  async function openGraphiql(root, options) {
    const id = await exampleId().catch(() => null)
    const headers = kept ? JSON.stringify(signedIn, null, 2) : undefined
    const defaultTabs = options.defaultTabs.map(({ query, variables }) => ({
      query,
      variables: id ? variables?.replaceAll('conv_…', id) : variables,
      headers,
    }))
    YogaGraphiQL.renderYogaGraphiQL(root, { ...options, headers, defaultTabs })
  }

  async function exampleId() {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signedIn },
      body: JSON.stringify({ query: '{ conversations(first: 1, filter: { status: [OPEN] }) { nodes { id } } }' }),
    })
    return (await response.json()).data.conversations.nodes[0].id
  }
</script>`

/** A tab of several would jump away under the mouse: it is moved once it has the focus, as if it had been dragged. */
const still = '<style>.graphiql-tab { transform: none !important }</style>'

const call = 'YogaGraphiQL.renderYogaGraphiQL('

/** GraphiQL from this server's own files, with examples, signed in by a link that ends in \`#token=…\`. */
export function renderGraphiql(options?: GraphiQLOptions): string {
  const page = renderGraphiQL({ ...options, defaultQuery: tabs[0].query, defaultTabs: tabs as never })
  const [before, after, ...others] = page.split(call)
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error(`GraphiQL's page does not call \`${call}…)\` once.`)
  return `${before}openGraphiql(${after}`.replace(
    '<div id="root"></div>',
    `<div id="root"></div>${still}${opening}`,
  )
}
