/** The text of `--help`. */
export const help = `Plays Fin for a helpdesk: calls its Fin API, receives its webhooks, and lets you write as an end-user.

npm run fin-emulator -- [flags]
npm run fin-emulator -- check <url>    looks whether a helpdesk does what Fin relies on; check --help
npm run fin-emulator -- play <file>    plays a file of conversations; play --help

The helpdesk:
  --helpdesk <url>         its address; /api/fin is added when it has no path (http://localhost:4000)
  --variant posts|rest     which variant of the API to speak (posts)
  --client-id <id>         OAuth client credentials
  --client-secret <secret>
  --token-url <url>        where tokens come from (/oauth/token at the helpdesk)
  --static-token <token>   a fixed bearer token in place of OAuth
  --signing-secret <text>  signs every request (unset: not signed)
  --agent-id <id>          the agent who stands for Fin (the one named Fin, or the only one)

What the helpdesk is told about Fin:
  --identifier <text>      the integration's identifier
  --webhook-key <text>     the key that webhooks must carry

This program:
  --port <number>          (4100)
  --host <address>         (127.0.0.1; the messenger API has no authentication)
  --retry-delay-ms <ms>    between a failed sync and its repeat (60000)
  --compare yes|no         compare both copies after each sync, at two calls more (yes)
  --help

Each flag may also come from the environment: --client-id is FIN_CLIENT_ID, and so on.

The messenger, over HTTP:
  POST /messenger/conversations               {user: {name, email, attributes}, body, title?, attributes?, fin?}
  POST /messenger/conversations/:id/messages  {body, attachments?, fin?: {reply?, handoff?, resolve?, silent?}}
  POST /messenger/conversations/:id/data      {title?, tags?, attributes?, user?: {attributes}}
  POST /messenger/conversations/:id/read
  GET  /messenger/conversations               all, as Fin has them
  GET  /messenger/conversations/:id           one
  GET  /messenger/conversations/:id/difference
  GET  /log    GET /events (SSE)              ?kind= ?conversation= ?after=
`
