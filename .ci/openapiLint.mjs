// What two independent linters say against an OpenAPI file; every warning counts.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectralCore from '@stoplight/spectral-core'
import rulesets from '@stoplight/spectral-rulesets'

const spectral = new spectralCore.Spectral()
spectral.setRuleset({ extends: [rulesets.oas] })
const redocly = await createConfig({ extends: ['recommended'] })

export async function lint(text, document, absoluteRef) {
  const found = await spectral.run(document)
  const problems = await lintFromString({ source: text, absoluteRef, config: redocly })
  return [
    ...found.map(({ code, path, message }) => `Spectral ${code}: ${path.join('/')} ${message}`),
    ...problems.map(
      ({ ruleId, location, message }) => `Redocly ${ruleId}: ${location[0]?.pointer ?? ''} ${message}`,
    ),
  ]
}
