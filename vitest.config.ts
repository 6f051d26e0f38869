import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export const resolve = {
  alias: [
    // Node and Vite would otherwise load one copy of it each, and no type of one is a type of the other.
    { find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) },
    // As the snippets of its README name them.
    {
      find: 'graphdesk-client/schema',
      replacement: fileURLToPath(new URL('client/dist/schema.js', import.meta.url)),
    },
    { find: 'graphdesk-client', replacement: fileURLToPath(new URL('client/index.ts', import.meta.url)) },
  ],
}

// These measure a process, or what it has learnt so far.
const alone = [
  'test/http/shortWay.test.ts',
  'test/http/{slowSse,sockets/*}.test.ts',
  'test/events/sharedMemory.test.ts',
]

export const common = {
  pool: 'forks',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 30_000,
  expect: { poll: { timeout: 15_000 } },
} as const

export const run = {
  globalSetup: ['test/support/cluster.ts'],
  reporters: ['default', './.ci/summary.mjs'],
}

export default defineConfig({
  test: {
    ...run,
    maxWorkers: 2,
    projects: [
      // Nearly half of the time went into loading the same modules for each file.
      {
        resolve,
        test: {
          ...common,
          name: 'shared',
          isolate: false,
          include: ['test/**/*.test.ts', ...alone.map((path) => `!${path}`)],
        },
      },
      { resolve, test: { ...common, name: 'alone', include: alone } },
    ],
  },
})
