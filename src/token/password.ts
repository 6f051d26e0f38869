import { hash, verify } from '@node-rs/argon2'
import { ValidationError } from '../errors.js'

const shortest = 10

/** argon2id with the library's defaults (19 MiB, 2 passes), encoded. Refuses a password that is too short. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < shortest) {
    throw new ValidationError('password', `A password needs at least ${shortest} characters.`)
  }
  return hash(password)
}

/** Whether it fits. Takes as long for an unknown account, so that time does not tell which e-mails exist. */
export async function passwordFits(encoded: string | null, password: string): Promise<boolean> {
  stranger ??= hash('nobody has this password')
  const fits = await verify(encoded ?? (await stranger), password)
  return fits && encoded !== null
}

let stranger: Promise<string> | undefined
