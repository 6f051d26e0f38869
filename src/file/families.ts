/** Types under which the same files go about, by the one that their bytes are known by. */
const knownAs: Record<string, string> = {
  'application/vnd.rar': 'application/x-rar-compressed',
  'application/vnd.sqlite3': 'application/x-sqlite3',
  'application/x-gzip': 'application/gzip',
  'application/x-java-archive': 'application/java-archive',
  'application/x-photoshop': 'image/vnd.adobe.photoshop',
  'application/x-rar': 'application/x-rar-compressed',
  'application/x-rtf': 'application/rtf',
  'application/x-zip': 'application/zip',
  'application/x-zip-compressed': 'application/zip',
  'image/jpg': 'image/jpeg',
  'image/vnd.microsoft.icon': 'image/x-icon',
  'image/x-bmp': 'image/bmp',
  'image/x-ms-bmp': 'image/bmp',
  'image/x-photoshop': 'image/vnd.adobe.photoshop',
  'text/rtf': 'application/rtf',
  'text/x-vcard': 'text/vcard',
  'text/xml': 'application/xml',
}

/** The one name of a type that has several. */
export function commonName(type: string): string {
  return knownAs[type] ?? type
}

/** Documents of Office, which have been archives, compound files, XML, rich text and tables in UTF-16. */
const office =
  /^application\/(msword|vnd\.ms-(excel|outlook|powerpoint|project|publisher|visio|word|works)\b[\w.-]*|vnd\.visio|vnd\.openxmlformats-officedocument\.[\w.-]+)$/
const hangul = /^application\/(x-hwp|haansofthwp|vnd\.hancom\.hwp)$/

/**
 * What looks alike from its first bytes, or holds the other. Of what a browser shows in place there is nothing here but
 * PNG: it is what it is called.
 */
const families: [seen: RegExp, said: RegExp[]][] = [
  [/^image\/a?png$/, [/^image\/a?png$/]],
  [
    /^application\/(zip|epub\+zip|java-archive|x-xpinstall|vnd\.(android|oasis|openxmlformats-officedocument|ms-(excel|powerpoint|word))\..+|vnd\.visio)$|^model\/3mf$/,
    [
      office,
      /^application\/(zip|java-archive|x-compressed|x-iwork-[\w-]+|[\w.-]+\+zip|vnd\.[\w.-]+)$|^model\/3mf$/,
    ],
  ],
  [/^application\/x-cfb$/, [office, hangul]],
  [/^application\/xml$/, [office, /\+xml$/]],
  [/^application\/rtf$/, [office]],
  [/^application\/gzip$/, [/^application\/x-(compressed|compressed-tar|gtar|tgz)$/]],
  [/^application\/x-(rar|7z)-compressed$/, [/^application\/x-compressed$/]],
  [/^application\/(eps|pdf|postscript)$/, [/^application\/(eps|illustrator|postscript)$|^image\/x-eps$/]],
  [
    /^(audio|video)\/|^application\/(ogg|mxf|vnd\.ms-asf|vnd\.rn-realmedia)$/,
    [/^(audio|video)\/|^application\/ogg$/],
  ],
  [/^image\/hei[cf]/, [/^image\/(hei[cf]|avif)/]],
  [/^font\//, [/^font\/|^application\/(x-)?font-/]],
]

/** Whether what looks like the one may be called the other. */
export function areAlike(seen: string, said: string): boolean {
  return families.some(([looks, names]) => looks.test(seen) && names.some((name) => name.test(said)))
}
