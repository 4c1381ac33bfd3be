import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import { groupOf } from './groups.mjs'

const { tests } = groupOf(process.env.MUTATION_GROUP)

class InOrder extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => tests.findIndex((pattern) => matchesGlob(moduleId, pattern))
    return [...files].sort((one, other) => place(one) - place(other))
  }
}

function matchesGlob(file, pattern) {
  const [before = '', after] = pattern.split('*')
  return after === undefined ? file.endsWith(before) : file.includes(before) && file.endsWith(after)
}

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: tests,
    runner: 'test/mutation/runner.ts',
    setupFiles: ['test/mutation/setup.ts'],
    isolate: false,
    sequence: { sequencer: InOrder },
    testTimeout: 60_000,
  },
})
