import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: [
      // Node and Vite would otherwise load one copy of it each, and no type of one is a type of the other.
      { find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) },
      // As the snippets of its README name it.
      { find: 'graphdesk-client', replacement: fileURLToPath(new URL('client/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/cluster.ts'],
    pool: 'forks',
    maxWorkers: 2,
    fileParallelism: true,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    teardownTimeout: 30_000,
    reporters: ['default', './.ci/summary.mjs'],
  },
})
