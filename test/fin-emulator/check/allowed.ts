import { type VariantName, variantNames } from '../../../fin-emulator/connection.js'
import { credentialsAllowed } from './breakages/credentials.js'
import { signatureAllowed } from './breakages/signature.js'
import { tokenAllowed } from './breakages/token.js'
import type { Breakage } from './helpdesk/breakage.js'

/** What a helpdesk may do otherwise, in both variants. */
const both: Record<string, Breakage> = { ...tokenAllowed, ...credentialsAllowed, ...signatureAllowed }

/** What it may do otherwise in one variant only. */
const one: Record<VariantName, Record<string, Breakage>> = {
  posts: {},
  rest: { 'signatures are not looked at': { fits: () => true } },
}

/** Helpdesks that miss no known point, each doing something otherwise than the one that meets all. */
export const allowed = variantNames.flatMap((variant) =>
  Object.entries({ ...both, ...one[variant] }).map(([way, breakage]) => ({ variant, way, breakage })),
)
