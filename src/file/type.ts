import { areAlike, commonName } from './families.js'
import { hasUtf16Mark, isWritten } from './written.js'

/**
 * Whether a type is one of these, which may end in `/*`; without any, every type is. A pattern takes no XML, such as
 * SVG: it may hold scripts.
 */
export function isOneOf(type: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0 || isNamed(type, patterns)) return true
  return (
    !type.endsWith('+xml') && patterns.some((one) => one.endsWith('/*') && type.startsWith(one.slice(0, -1)))
  )
}

function isNamed(type: string, patterns: readonly string[]): boolean {
  return patterns.some((one) => commonName(one) === commonName(type))
}

/** As a caller wrote it, without parameters; null when it is no type. */
export function mediaTypeOf(given: string): string | null {
  const type = given.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!/^[\w.+-]+\/[\w.+-]+$/.test(type) || type.length > 100) return null
  return type === 'image/jpg' ? 'image/jpeg' : type
}

/** Programs, their installers, and shortcuts to them, which no message needs. */
const programs = new Set([
  'application/x-msdownload',
  'application/x-dosexec',
  'application/vnd.microsoft.portable-executable',
  'application/x-elf',
  'application/x-mach-binary',
  'application/x-ms-shortcut',
  'application/x.ms.shortcut',
  'application/x.apple.alias',
  'application/x-msi',
  'application/x-ms-installer',
  'application/vnd.ms-msi',
])

/** Whether nobody may send a file of this type. */
export function isProgram(type: string): boolean {
  return programs.has(type)
}

/** So much of a file says what it is. */
export const tellingBytes = 4_100

/** Types whose first bytes always tell. */
const telling = /^(image|audio|video|font)\/|^application\/(pdf|zip|gzip|x-7z-compressed|x-rar-compressed)$/

/** An installer, an old Office document or a message of Outlook's: the first bytes do not say which. */
const compound = 'application/x-cfb'

/**
 * Whether a file that begins so may be of this type: its bytes have nothing against it. Where it is taken by a pattern
 * only, they must speak for it, unless it is a text.
 */
export async function mayBe(
  type: string,
  beginning: Uint8Array,
  patterns: readonly string[] = [],
): Promise<boolean> {
  const isText = type.startsWith('text/')
  if (isText && isWritten(beginning)) return true
  const { fileTypeFromBuffer, supportedMimeTypes } = await import('file-type')
  const seen = (await fileTypeFromBuffer(beginning))?.mime
  const said = commonName(type)
  const mustShow = patterns.length > 0 && !isNamed(type, patterns)
  // A mark of UTF-16 looks like the start of sound.
  if (!seen || (seen === 'audio/mpeg' && hasUtf16Mark(beginning)))
    return isText || !(mustShow || (telling.test(said) && supportedMimeTypes.has(said)))
  if (isProgram(seen)) return false
  if (seen === compound) return areAlike(seen, said)
  // Nothing shows one to anybody, so nothing is gained by calling a file so.
  if (said === 'application/octet-stream') return !mustShow
  return said === seen || areAlike(seen, said)
}
