/** A conversation as Fin's messenger has it. */
interface MessengerConversation {
  id: string
  helpdesk_id: string | null
}

const customer = { name: 'Robin Example', email: 'robin@example.org' }

/** The end-user's side of Fin's emulator. */
export function createMessenger(address: string) {
  async function call<Answer>(path: string, body?: object): Promise<Answer> {
    const response = await fetch(`${address}/messenger/conversations${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new Error(`The emulator does not answer at ${address}.`)
    })
    if (!response.ok) throw new Error(`The emulator answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }

  return {
    /** The helpdesk's id of the new conversation; null when Fin could not create it there. */
    async open(body: string): Promise<string | null> {
      const { helpdesk_id } = await call<MessengerConversation>('', { user: customer, body })
      return helpdesk_id
    },
    async write(helpdeskId: string, body: string): Promise<void> {
      const conversations = await call<MessengerConversation[]>('')
      const found = conversations.find(({ helpdesk_id }) => helpdesk_id === helpdeskId)
      if (!found) throw new Error('This conversation was not opened in the emulator: open a new one.')
      await call(`/${found.id}/messages`, { body })
    },
  }
}
