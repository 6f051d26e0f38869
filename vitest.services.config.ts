import { defineConfig } from 'vitest/config'
import usual from './vitest.config.js'

/** Tests with programs of other people's, which they install from Debian and start, as root; and with the previous release. */
export default defineConfig({
  ...usual,
  test: {
    ...usual.test,
    include: ['test/**/*.services.ts'],
    globalSetup: [...(usual.test?.globalSetup ?? []), 'test/layers/support/install.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
