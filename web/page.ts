type Kind<Element> = new () => Element

/** A part of index.html. */
export function part<Element extends HTMLElement>(id: string, kind: Kind<Element>): Element {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`)
  return found
}

/** What people and servers wrote is only ever text here. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  made.className = className
  made.append(...content)
  return made
}
