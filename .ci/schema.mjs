// Takes nothing away from clients of the last release that was not announced to them, and leaves nothing without a
// description; docs/deprecations.md says what that means.
// Usage: node .ci/schema.mjs [<released schema> <schema> [<today>]]
import { readFileSync } from 'node:fs'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'

const months = 6
const announcement = /^Since (\d{4}-\d\d-\d\d), use `[^`]+`/

const [
  released = 'schema/released.graphql',
  current = 'schema/schema.graphql',
  today = new Date().toISOString(),
] = process.argv.slice(2)
const [before, now] = [released, current].map((file) => buildSchema(readFileSync(file, 'utf8')))

const faults = [...undescribed(now), ...unannounced(now), ...(await breaking(before, now))]
for (const fault of faults) console.error(fault)
console.log(`${current}: ${faults.length} faults`)
process.exitCode = faults.length > 0 ? 1 : 0

function undescribed(schema) {
  return [...elements(schema)]
    .filter(([, { description }]) => !description?.trim())
    .map(([name]) => `${name} has no description`)
}

function unannounced(schema) {
  return [...elements(schema)]
    .filter(([, { deprecationReason: reason }]) => reason != null && !announcement.test(reason))
    .map(
      ([name]) =>
        `The reason why ${name} is deprecated does not begin like "Since 2026-12-01, use \`other\`"`,
    )
}

async function breaking(old, young) {
  const known = new Map(elements(old))
  const changes = await diff(old, young)
  return changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .filter(({ type, path }) => !(/_REMOVED$/.test(type) && isOver(known.get(path))))
    .map(({ message }) => `Breaking: ${message}`)
}

/** Whether it was deprecated in the last release, and for so long that it may go. */
function isOver(element) {
  const [, since] = announcement.exec(element?.deprecationReason ?? '') ?? []
  if (!since) return false
  const end = new Date(since)
  end.setUTCMonth(end.getUTCMonth() + months)
  return end <= new Date(today)
}

/** All that can have a description, by its path. */
function* elements(schema) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isBuiltIn(type)) continue
    yield [type.name, type]
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value]
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field]
      for (const arg of field.args ?? []) yield [`${type.name}.${field.name}.${arg.name}`, arg]
    }
  }
}

function isBuiltIn({ name }) {
  return ['ID', 'String', 'Boolean', 'Int', 'Float'].includes(name)
}
