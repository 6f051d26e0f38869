import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The page at `/`, as people read and use it. */
export function deskOn(page: Page) {
  return {
    /** Texts of the messages that are shown, in order. */
    messages: () => page.locator('.message .text').allTextContents(),
    /** What stands between them. */
    happenings: () => page.locator('.happening').allTextContents(),
    notes: () => page.locator('.message.private').allTextContents(),
    choose: (title: string) => page.getByRole('navigation').getByRole('button', { name: title }).click(),
    rows: () => page.getByRole('navigation').getByRole('button').allTextContents(),
    feed: () => page.locator('#feed').textContent(),
    /** A counter of an inbox; null as long as there is none. */
    async counter(inbox: string, name: string): Promise<number | null> {
      const counters = page.locator('article', {
        has: page.getByRole('heading', { name: inbox, exact: true }),
      })
      const [count] = await counters.locator('dl div', { hasText: name }).locator('dd').allTextContents()
      return count === undefined ? null : Number(count)
    },
    async write(text: string, button: 'New conversation' | 'Write here') {
      await page.getByLabel("Write as the emulator's customer").fill(text)
      await page.getByRole('button', { name: button }).click()
    },
    async reply(text: string) {
      await page.getByLabel('Reply as the agent').fill(text)
      await page.getByRole('button', { name: 'Reply' }).click()
    },
    repeatReply: () => page.getByRole('button', { name: 'Reply' }).click(),
  }
}

/** Once it is so, or with what it is instead. */
export function seen<Value>(look: () => Promise<Value>) {
  return expect.poll(look, { timeout: 30_000 })
}
