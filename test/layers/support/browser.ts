import { type Browser, chromium, type Page } from 'playwright-core'

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
}

/** Everything a page asked for, and what it was not allowed to. */
export interface Requests {
  addresses: string[]
  /** What the policy stopped, and errors of the page's own code. */
  faults: string[]
}

export function requestsOf(page: Page): Requests {
  const requests: Requests = { addresses: [], faults: [] }
  page.on('request', (request) => requests.addresses.push(request.url()))
  page.on('websocket', (socket) => requests.addresses.push(socket.url()))
  page.on('pageerror', (error) => requests.faults.push(error.message))
  page.on('console', (line) => {
    if (/content security policy/i.test(line.text())) requests.faults.push(line.text())
  })
  return requests
}
