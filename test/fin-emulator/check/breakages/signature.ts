import type { Allowed, Breakage, Signature } from '../helpdesk/breakage.js'
import { digestOf } from '../helpdesk/secrets.js'

const also = (change: (signature: Signature) => Signature): Breakage => ({
  fits: (signature, right) => right || digestOf(change(signature)).toString('hex') === signature.given,
})

const not = (form: RegExp): Breakage => ({ fits: ({ given }, right) => right && !form.test(given) })

export const signatureBreakages: Record<string, Breakage | Breakage[]> = {
  'signature.missing': { fits: ({ given }, right) => right || given === '' },
  'signature.wrong': also((signature) => ({ ...signature, secret: `${signature.secret}!` })),
  'signature.body': also((signature) => ({ ...signature, signed: `${signature.signed} ` })),
  'signature.stale': also((signature) => signature),
  'signature.upper': not(/^[0-9A-F]*[A-F][0-9A-F]*$/),
  'signature.prefix': not(/^sha256=/),
  'signature.base64': not(/=$/),
  'signature.query': { fits: ({ signed }, right) => right && !/[%+]/.test(signed) },
}

export const signatureAllowed: Record<string, Allowed> = {
  'signatures are good for a day': {
    fits(signature, right) {
      const age = Date.now() / 1_000 - Number(signature.timestamp)
      return right || (age < 86_400 && digestOf(signature).toString('hex') === signature.given)
    },
  },
  'signatures are good for ever': also((signature) => signature),
  'signatures are not looked at': { variant: 'rest', fits: () => true },
  'a bad signature gets 403': { closed: 403 },
}
