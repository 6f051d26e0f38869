import { defineConfig } from 'vitest/config'
import usual from './vitest.config.js'

/** Tests with programs of other people's, which they install from Debian and start; as root. */
export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    include: ['test/**/*.services.ts'],
    globalSetup: [...(usual.test?.globalSetup ?? []), 'test/layers/support/install.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
