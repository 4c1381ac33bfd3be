// The files that are mutated together, and the tests that should notice. The order of the tests matters, because the first failure
// ends a mutant's run: rows of data first, then random tests, and last the tests that load the library again. All of them import
// `src/` itself and are fast: tests of the built package see no mutants, and slow tests cost more than they find.

import { readdirSync } from 'node:fs'

const GROUPS = {
  errors: {
    mutate: ['error-rules', 'error-tables', 'errors', 'presets', 'protocol-hint', 'show'],
    tests: [
      'show',
      'protocol-hint',
      'errors',
      'presets',
      'messages',
      'options',
      'encoding/options',
      'incomplete',
      'callbacks',
    ],
  },
  header: {
    mutate: ['decode', 'fixed-header', 'frame', 'options', 'packet-types'],
    tests: [
      'options',
      'errors',
      'messages',
      'fixed-header',
      'decode',
      'frame',
      'incomplete',
      'detached',
      'callbacks',
      'presets',
      'mqtt-31',
      'packets/*',
      'vectors/vectors',
      'parser',
      'without-buffer',
    ],
  },
  encoding: {
    mutate: ['encode', 'encoding/*'],
    tests: [
      'encoding/*',
      'errors',
      'messages',
      'encode',
      'encode-all',
      'prepared-publish',
      'callbacks',
      'mqtt-31',
      'packets/*',
      'vectors/vectors',
    ],
  },
  packets: {
    mutate: ['packets/*'],
    tests: [
      'packets/*',
      'encoding/*',
      'messages',
      'incomplete',
      'encode',
      'mqtt-31',
      'callbacks',
      'vectors/vectors',
      'prepared-publish',
    ],
  },
  topic: {
    mutate: ['topic/*'],
    tests: [
      'topic/*',
      'messages',
      'decode',
      'packets/publish',
      'packets/subscribe',
      'packets/unsubscribe',
      'prepared-publish',
      'vectors/vectors',
      'options',
    ],
  },
  wire: {
    mutate: ['wire/*'],
    tests: [
      'wire/bytes',
      'wire/copies',
      'wire/remaining-length',
      'wire/utf8',
      'messages',
      'decode',
      'detached',
      'callbacks',
      'frame',
      'wire/assembly',
      'wire/pool',
      'packets/*',
      'vectors/vectors',
      'encode',
      'parser',
      'without-buffer',
      'load',
    ],
  },
  parsers: {
    mutate: ['framing', 'parser', 'piece-parser', 'prepared-publish'],
    tests: [
      'callbacks',
      'detached',
      'incomplete',
      'frame',
      'parser',
      'mqtt-31',
      'prepared-publish',
      'piece-parser',
      'vectors/vectors',
      'captures',
    ],
  },
  streams: {
    mutate: ['streams/*'],
    tests: [
      'streams/decode-stream',
      'streams/decode-payloads',
      'streams/web-streams',
      'streams/web-streams-order',
    ],
  },
}

const FOLDERS = ['encoding', 'packets', 'streams', 'topic', 'wire']

/** The files of the core that are in no group. */
export function forgotten() {
  const mutated = Object.values(GROUPS).flatMap(({ mutate }) => mutate)
  const files = readdirSync('src').flatMap((name) =>
    name.endsWith('.ts') ? [name.slice(0, -'.ts'.length)] : [],
  )
  const all = [...files, ...FOLDERS.map((folder) => `${folder}/*`)]
  return all.filter((file) => file !== 'index' && !mutated.includes(file))
}

/** The names of all groups. */
export const GROUP_NAMES = Object.keys(GROUPS)

/** The files of a group, as globs from the root of the repository. */
export function groupOf(name) {
  const { mutate, tests } = GROUPS[name]
  return {
    mutate: [...mutate.map((file) => `src/${file}.ts`), '!src/wire/ascii.ts'],
    tests: tests.map((file) => `test/${file}.test.ts`),
  }
}
