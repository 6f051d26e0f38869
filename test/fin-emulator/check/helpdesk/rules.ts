/** What the store does otherwise where a rule is turned. */
export interface Rules {
  bumps: boolean
  mergesUser: boolean
  removes: boolean
  mergesConversation: boolean
  addsTags: boolean
  keepsTitle: boolean
  /** A new conversation is the Fin agent's; else nobody's. */
  assigns: boolean
}

export const usual: Rules = {
  bumps: false,
  mergesUser: true,
  removes: true,
  mergesConversation: true,
  addsTags: false,
  keepsTitle: true,
  assigns: true,
}
