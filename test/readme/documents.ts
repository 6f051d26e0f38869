import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from '../../src/root.js'

/** A Markdown file of the project. */
export interface Document {
  /** From the project's folder. */
  file: string
  text: string
  blocks: Block[]
}

/** A fenced block. */
export interface Block {
  /** File and line, as a title. */
  where: string
  /** What stands behind the fence: the language, and perhaps more. */
  info: string
  text: string
  /** The one that stands next in the file. */
  next?: Block
}

export function readDocuments(): Document[] {
  const docs = readdirSync(path.join(projectRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join('docs', file))
    .sort()
  return ['README.md', 'CHANGELOG.md', 'SECURITY.md', ...docs, 'client/README.md'].map((file) => {
    const text = readFileSync(path.join(projectRoot, file), 'utf8')
    return { file, text, blocks: blocksOf(file, text) }
  })
}

/** The text without its fenced blocks. */
export function prose({ text }: Document): string {
  return text.replaceAll(fenced, '')
}

/** The rows of the table whose first heading is this one, each as its cells. */
export function table({ file, text }: Document, heading: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (start < 0) throw new Error(`${file} has no table that begins with "${heading}".`)
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((row) =>
      row
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
}

/** What stands in backquotes. */
export function codes(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code as string)
}

const fenced = /^```(.*)\n([\s\S]*?)^```$/gm

function blocksOf(file: string, text: string): Block[] {
  const blocks = [...text.matchAll(fenced)].map(({ 1: info = '', 2: body = '', index }): Block => {
    const line = text.slice(0, index).split('\n').length
    return { where: `${file}:${line}`, info, text: body }
  })
  return blocks.map((block, index) => Object.assign(block, { next: blocks[index + 1] }))
}
