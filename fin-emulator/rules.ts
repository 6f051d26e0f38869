import type { Script } from './script.js'

/** What Fin does about one message of the end-user. */
export interface Decision {
  reply: string | null
  /** What the message was about, kept as the conversation's attribute `topic`. */
  topic: string | null
  handoff: boolean
  resolve: boolean
  /** Fin had an answer of its own. */
  understood: boolean
}

interface Rule {
  topic: string
  asks: RegExp
  answer: string
}

const connecting = "I'm connecting you with a person from our team. They will answer you right here."
const person = /\b(humans?|agents?|person|representative|someone real|real people)\b/i
const goodbye = /\b(thanks?|thank you|thx|cheers|good ?bye|bye|that'?s all|have a (nice|good|great))\b/i
const greeting = /^\W*(hi|hey|hello|good (morning|afternoon|evening))\b/i

// The first rule that fits answers, so the special ones come before the general ones.
const rules: Rule[] = [
  {
    topic: 'refund',
    asks: /\brefund|money back|return (an?|my|the|this|some)\b/i,
    answer:
      'You can return an item within 90 days. A refund reaches your account 5 to 10 days after we have the item back.',
  },
  {
    topic: 'order_status',
    asks: /\b(where('s| is) my|track(ing)?|order (status|id|number)|status of (my|an|the) order|shipp(ed|ing)|deliver(y|ed))\b/i,
    answer:
      'Orders leave our warehouse within two working days. The tracking link in your confirmation e-mail shows where yours is.',
  },
  {
    topic: 'opening_hours',
    asks: /\b(opening|hours|when (do|are) you (open|close)|open (on|today|tomorrow|until))/i,
    answer: 'We are open Monday to Friday, 9:00 to 18:00, and on Saturday until 14:00.',
  },
  {
    topic: 'pricing',
    asks: /\b(pric(e|es|ing)|cost|costs|how much|plans?|discount|promo( code)?)\b/i,
    answer: 'The Starter plan is 19 euros a month and the Team plan 49. Promo codes last 7 days.',
  },
  {
    topic: 'account',
    asks: /\b(passwords?|log ?in|sign ?in|user ?name|locked out)\b/i,
    answer:
      'You can set a new password with "Forgot password?" on the sign-in page; the link works for an hour.',
  },
  {
    topic: 'cancellation',
    asks: /\b(cancel|unsubscribe|close my account)\b/i,
    answer:
      'You can cancel at any time under Settings, Billing. Your plan then runs to the end of its month.',
  },
]

const nothing: Decision = { reply: null, topic: null, handoff: false, resolve: false, understood: true }

/** Fin's answer by its rules. A second turn in a row without an answer hands off. */
export function decide(text: string, unansweredTurns: number): Decision {
  if (person.test(text)) return { ...nothing, reply: connecting, handoff: true }
  const rule = rules.find(({ asks }) => asks.test(text))
  if (rule) return { ...nothing, reply: rule.answer, topic: rule.topic }
  if (goodbye.test(text) && !text.includes('?')) {
    return { ...nothing, reply: "You're welcome. Have a good day!", resolve: true }
  }
  if (greeting.test(text)) return { ...nothing, reply: 'Hello, I am Fin. What can I help you with?' }
  if (unansweredTurns > 0) return { ...nothing, reply: connecting, handoff: true, understood: false }
  const reply = "I'm not sure that I understood. Could you say it in other words?"
  return { ...nothing, reply, understood: false }
}

/** Fin's answer as a script wants it. */
export function decideByScript({ reply, handoff, resolve, silent }: Script): Decision {
  const announced = reply ?? (handoff && !silent ? connecting : null)
  return {
    ...nothing,
    reply: silent ? null : announced,
    handoff: handoff ?? false,
    resolve: resolve ?? false,
  }
}
