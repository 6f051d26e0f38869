/** Whether a type is one of these, which may end in `/*`; without any, every type is. */
export function isOneOf(type: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return true
  return patterns.some((one) => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))
}

/** As a caller wrote it, without parameters; null when it is no type. */
export function mediaTypeOf(given: string): string | null {
  const type = given.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(type) || type.length > 100) return null
  return type === 'image/jpg' ? 'image/jpeg' : type
}

/** Programs, which no message needs. */
const programs = new Set([
  'application/x-msdownload',
  'application/x-dosexec',
  'application/vnd.microsoft.portable-executable',
  'application/x-elf',
  'application/x-mach-binary',
  'application/x-ms-shortcut',
  'application/x-msi',
])

/** Whether nobody may send a file of this type. */
export function isProgram(type: string): boolean {
  return programs.has(type)
}

/** So much of a file says what it is. */
export const tellingBytes = 4_100

/** Types whose first bytes always tell. */
const telling = /^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|x-7z-compressed|x-rar-compressed)$/

/** What looks alike from its first bytes. */
const families: [seen: RegExp, said: RegExp][] = [
  [/^application\/zip$/, /^application\/(zip|x-zip-compressed|epub\+zip|vnd\.[\w.-]+)$/],
  [/^application\/x-cfb$/, /^application\/(msword|vnd\.ms-[\w.-]+)$/],
  [/^application\/xml$/, /^text\/xml$|^[a-z]+\/[\w.-]+\+xml$/],
  [/^application\/gzip$/, /^application\/x-gzip$/],
  [/^(audio|video)\//, /^(audio|video)\//],
  [/^image\/hei[cf]/, /^image\/hei[cf]/],
]

/** Whether a file that begins so may be of this type: its bytes have nothing against it. */
export async function mayBe(type: string, beginning: Uint8Array): Promise<boolean> {
  const { fileTypeFromBuffer, supportedMimeTypes } = await import('file-type')
  const seen = (await fileTypeFromBuffer(beginning))?.mime
  if (!seen) return !(telling.test(type) && supportedMimeTypes.has(type))
  if (isProgram(seen)) return false
  // Nothing shows one to anybody, so nothing is gained by calling a file so.
  if (type === seen || type === 'application/octet-stream') return true
  return families.some(([looks, said]) => looks.test(seen) && said.test(type))
}
