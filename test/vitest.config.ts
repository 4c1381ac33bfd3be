import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/interop/**',
      'test/page/**',
      'test/runtimes/**',
      'test/mqtt-packet/suites/**',
      '**/node_modules/**',
    ],
    testTimeout: 120_000,
  },
})
