import { createMessenger } from './emulator.js'
import { onSend } from './form.js'

const howToGetOne =
  'Here is no emulator that could write. `npm run demo -- --stay` starts one, and prints the link to a page that knows it.'

/** The emulator's customer, who writes a new conversation or in the one that is shown. */
export function serveCustomer(
  emulator: string | null,
  shown: () => string | null,
  choose: (id: string) => void,
) {
  const messenger = emulator === null ? null : createMessenger(emulator)

  onSend('customer', async (text, button) => {
    if (!messenger) throw new Error(howToGetOne)
    const id = shown()
    if (button === 'here') {
      if (!id) throw new Error('Choose a conversation first.')
      await messenger.write(id, text)
      return
    }
    const opened = await messenger.open(text)
    if (opened === null) throw new Error('Fin could not create the conversation here; the emulator says why.')
    choose(opened)
  })
}
