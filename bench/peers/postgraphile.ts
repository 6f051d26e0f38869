// PostGraphile 5 over Graphdesk's own tables, with the application's rights in SQL and none of Graphdesk's. A program of
// its own; the environment says DATABASE_URL.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

// PostGraphile asks for Node.js 22; of what that has, its requests need no more than this.
if (!('withResolvers' in Promise)) {
  Object.assign(Promise, {
    withResolvers() {
      let settle = {}
      const promise = new Promise((resolve, reject) => {
        settle = { resolve, reject }
      })
      return { promise, ...settle }
    },
  })
}

/** Only there for development: what is compiled to start Graphdesk must not need it. */
const load = (name: string) => import(name)

const { postgraphile } = await load('postgraphile')
const { PostGraphileAmberPreset } = await load('postgraphile/presets/amber')
const { makePgService } = await load('postgraphile/adaptors/pg')
const { grafserv } = await load('postgraphile/grafserv/node')

const { addPgTableCondition } = await load('postgraphile/utils')

interface Build {
  graphql: { GraphQLString: object }
}

interface Tools {
  sql: (text: TemplateStringsArray, ...values: unknown[]) => object
  sqlTableAlias: object
  sqlValueWithCodec: (value: unknown, codec: object) => object
  build: { dataplanPg: { TYPES: { uuid: object } } }
}

/** As a condition it shares a statement with the authors; a function that returns messages would not. */
const afterId = addPgTableCondition(
  { schemaName: 'public', tableName: 'message' },
  'afterId',
  ({ graphql }: Build) => ({ type: graphql.GraphQLString }),
  (id: string, { sql, sqlTableAlias, sqlValueWithCodec, build }: Tools) =>
    sql`${sqlTableAlias}.seq > (
      select seq from public.message where id = ${sqlValueWithCodec(id, build.dataplanPg.TYPES.uuid)})`,
)

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public', 'peer'],
      pubsub: false,
      poolConfig: { max: 10 },
    }),
  ],
  plugins: [afterId],
  gather: { pgStrictFunctions: false },
  schema: { defaultBehavior: 'list connection', dontSwallowErrors: true },
  grafserv: { watch: false, graphiql: false, websockets: false },
  grafast: { explain: false },
})

const server = createServer()
await instance.createServ(grafserv).addTo(server)
server.listen(0, '127.0.0.1', () => {
  console.log(`PostGraphile ready at http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
