import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// The fast tests that import `src/` itself. Tests of the built package see no mutants, and slow tests cost more than they find. The
// order matters, because the first failure ends a mutant's run: rows of data first, then random tests, and last the tests that load
// the library again.
const TESTS = [
  'test/show.test.ts',
  'test/protocol-hint.test.ts',
  'test/encoding/field-names.test.ts',
  'test/errors.test.ts',
  'test/fixed-header.test.ts',
  'test/options.test.ts',
  'test/presets.test.ts',
  'test/decode.test.ts',
  'test/callbacks.test.ts',
  'test/detached.test.ts',
  'test/incomplete.test.ts',
  'test/messages.test.ts',
  'test/mqtt-31.test.ts',
  'test/topic/*.test.ts',
  'test/wire/assembly.test.ts',
  'test/wire/bytes.test.ts',
  'test/wire/copies.test.ts',
  'test/wire/pool.test.ts',
  'test/wire/remaining-length.test.ts',
  'test/wire/utf8.test.ts',
  'test/packets/*.test.ts',
  'test/streams/decode-stream.test.ts',
  'test/streams/web-streams.test.ts',
  'test/vectors/vectors.test.ts',
  'test/encoding/options.test.ts',
  'test/encode.test.ts',
  'test/parser.test.ts',
  'test/frame.test.ts',
  'test/encode-all.test.ts',
  'test/streams/decode-payloads.test.ts',
  'test/piece-parser.test.ts',
  'test/prepared-publish.test.ts',
  'test/captures.test.ts',
  'test/without-buffer.test.ts',
  'test/load.test.ts',
]

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      TESTS.findIndex((pattern) => matchesGlob(moduleId, pattern))
    return [...files].sort((one, other) => place(one) - place(other))
  }
}

function matchesGlob(file: string, pattern: string): boolean {
  const [before = '', after] = pattern.split('*')
  return after === undefined ? file.endsWith(before) : file.includes(before) && file.endsWith(after)
}

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: TESTS,
    runner: 'test/mutation/runner.ts',
    setupFiles: ['test/mutation/setup.ts'],
    isolate: false,
    sequence: { sequencer: InOrder },
    testTimeout: 60_000,
  },
})
