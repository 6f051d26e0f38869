import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'

/** Encrypts what must be read again (webhook keys, signing secrets) under SECRET_KEY. */
export interface Secrets {
  seal(plain: string): Buffer
  /** HMAC-SHA256: the same for the same text, and no help in guessing it. */
  fingerprint(text: string): Buffer
  /** Throws when the key is another one than it was sealed with. */
  open(sealed: Uint8Array): string
}

/** AES-256-GCM; layout: 12 bytes nonce, 16 bytes tag, ciphertext. */
export function secretsWith(secretKey: string): Secrets {
  const key = createHash('sha256').update(`graphdesk secrets ${secretKey}`).digest()
  const mark = createHash('sha256').update(`graphdesk fingerprints ${secretKey}`).digest()
  return {
    fingerprint: (text) => createHmac('sha256', mark).update(text).digest(),
    seal(plain) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text])
    },
    open(sealed) {
      const bytes = Buffer.from(sealed)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
      decipher.setAuthTag(bytes.subarray(12, 28))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
      } catch (cause) {
        throw new Error('A stored secret cannot be read: SECRET_KEY is not the one it was stored with.', {
          cause,
        })
      }
    },
  }
}
