import { type Column, selectList } from './statement.js'

/** Which of a view's columns a statement selects. */
export interface Shape {
  /** For the statement's name. */
  name: string
  list: string
  /** See `Statement`: what a client's document selects is mostly written on as it came. */
  asSent: boolean
}

/** Each takes a statement of its own, which every connection keeps. */
const mostShapes = 64

/** Chooses among a view's columns: those that are read and those that are always needed, or all. */
export function shapesOf(columns: readonly Column[], always: readonly string[]) {
  const all: Shape = { name: '', list: selectList(columns), asSent: false }
  const shapes = new Map<string, Shape>()
  const chosen = new WeakMap<ReadonlySet<string>, Shape>()

  function choose(read: ReadonlySet<string>): Shape {
    const taken = columns.filter(({ path }) => read.has(path) || always.includes(path))
    const key = taken.map(({ path }) => path).join()
    const known = shapes.get(key)
    if (known || shapes.size >= mostShapes) return known ?? all
    const shape = { name: `.${shapes.size + 1}`, list: selectList(taken), asSent: true }
    shapes.set(key, shape)
    return shape
  }

  return (read: ReadonlySet<string> | null): Shape => {
    if (!read) return all
    const shape = chosen.get(read) ?? choose(read)
    chosen.set(read, shape)
    return shape
  }
}
