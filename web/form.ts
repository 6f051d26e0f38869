import { part } from './page.js'

/** A form with one text. `send` gets it and the pressed button's value; what it throws is shown, and the text stays. */
export function onSend(id: string, send: (text: string, button: string) => Promise<void>) {
  const form = part(id, HTMLFormElement)
  const text = part(`${id}-text`, HTMLTextAreaElement)
  const buttons = form.querySelectorAll('button')
  const note = form.querySelector<HTMLElement>('.note')
  const tell = (what: string) => {
    if (note) note.textContent = what
  }
  form.onsubmit = async (event) => {
    event.preventDefault()
    const { value = '' } = (event.submitter as HTMLButtonElement | null) ?? {}
    for (const button of buttons) button.disabled = true
    tell('')
    try {
      const sent = text.value
      await send(sent, value)
      if (text.value === sent) text.value = ''
    } catch (error) {
      tell((error as Error).message)
    } finally {
      for (const button of buttons) button.disabled = false
    }
  }
}
