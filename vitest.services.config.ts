import { defineConfig } from 'vitest/config'
import { common, resolve, run } from './vitest.config.js'

/** Tests with programs of other people's, which they install from Debian and start, as root; and with the previous release. */
export default defineConfig({
  resolve,
  test: {
    ...common,
    include: ['test/**/*.services.ts'],
    globalSetup: [...run.globalSetup, 'test/layers/support/install.ts'],
    reporters: run.reporters,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
})
