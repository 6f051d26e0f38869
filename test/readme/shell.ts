import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A request as curl would make it. */
export interface CurlRequest {
  url: string
  method: string
  headers: Record<string, string>
  body?: string
}

/** The programs that a snippet may call. None of them is run: their arguments are kept. */
const programs = ['curl', 'npm', 'pg_dump']

/**
 * The calls of a shell snippet, each as its words, as a real shell expands them. Throws when the shell does not like
 * it, an unset variable or an unknown program included.
 */
export function callsOf(snippet: string, variables: Record<string, string>): string[][] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'graphdesk-test-'))
  try {
    const record = path.join(folder, 'calls')
    writeFileSync(record, '')
    const stubs = programs.map((name) => `${name}() { printf '%s\\0' ${name} "$@" '' >> "$RECORD"; }`)
    const env = { ...variables, PATH: folder, RECORD: record }
    const run = spawnSync('/bin/sh', ['-eu', '-c', [...stubs, snippet].join('\n')], { env, encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`The shell says: ${run.stderr}`)
    // An empty word ends each call.
    const calls: string[][] = []
    let call: string[] = []
    for (const word of readFileSync(record, 'utf8').split('\0').slice(0, -1)) {
      if (word !== '') call.push(word)
      else {
        calls.push(call)
        call = []
      }
    }
    return calls
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reads curl's arguments; throws at any that this does not know. */
export function curlRequest(args: readonly string[]): CurlRequest {
  const headers: Record<string, string> = {}
  const data: string[] = []
  let url: string | undefined
  let method: string | undefined
  const rest = [...args]
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (/^-[sNi]+$/.test(arg)) continue
    if (!arg.startsWith('-')) {
      url = arg
      continue
    }
    const value = rest.shift()
    if (value === undefined) throw new Error(`curl's ${arg} has no value.`)
    if (arg === '-H') {
      const [name = '', ...text] = value.split(':')
      headers[name.toLowerCase()] = text.join(':').trim()
    } else if (arg === '-d') data.push(value)
    else if (arg === '-X') method = value
    else if (arg === '-u') headers.authorization = `Basic ${Buffer.from(value).toString('base64')}`
    else throw new Error(`The test does not know curl's ${arg}.`)
  }
  if (!url) throw new Error('curl is given no address.')
  if (data.length === 0) return { url, method: method ?? 'GET', headers }
  headers['content-type'] ??= 'application/x-www-form-urlencoded'
  return { url, method: method ?? 'POST', headers, body: data.join('&') }
}
