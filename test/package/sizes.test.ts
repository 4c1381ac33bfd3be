// A bundle of one import must not be larger than README.md says, and must not contain anything that the import does not use.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { loadTool, withoutTools } from '../support/package-tools.ts'
import { Consumer, ROOT } from '../support/packed.ts'

const consumer = new Consumer()
afterAll(() => consumer.remove())

interface Bundle {
  readonly text: string
  /** In KB, gzipped. */
  readonly size: number
  /** The files with code in the bundle. */
  readonly files: readonly string[]
}

/** Bundles and minifies an import. */
async function bundled(imported: string): Promise<Bundle> {
  const { build } = await loadTool('esbuild/lib/main.js')
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export ${imported} from 'mqtt-wire'`, resolveDir: consumer.folder },
    absWorkingDir: consumer.folder,
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs) as { inputs: Record<string, { bytesInOutput: number }> }[]
  const inputs = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return {
    text: outputFiles[0].text,
    size: gzipSync(outputFiles[0].contents, { level: 9 }).length / 1_000,
    files: inputs.flatMap(([path]) => /mqtt-wire\/dist\/(.+)\.js$/.exec(path)?.[1] ?? []),
  }
}

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const budgets = Array.from(
  readme.matchAll(/^\| (everything|`\w+`) \| (\d+\.\d) \|$/gm),
  ([, name = '', size]) => ({
    name,
    imported: name === 'everything' ? '*' : `{ ${name.replaceAll('`', '')} }`,
    budget: Number(size),
  }),
)

test('README.md says what imports cost', () => expect(budgets.length).toBeGreaterThanOrEqual(6))

describe.skipIf(withoutTools)('minified and gzipped', () => {
  test.each(budgets)('$name takes at most $budget KB', async ({ imported, budget }) => {
    const { size } = await bundled(imported)
    expect(size).toBeLessThanOrEqual(budget)
  })
})

describe.skipIf(withoutTools)('no table, cache or pool that is not used', () => {
  // Modules with a table, a cache or a pool, and modules that only encode or only decode.
  const CACHES = ['topic/cache-incoming', 'topic/cache-outgoing', 'topic/cache-policy']
  const TABLES = ['error-tables', 'packet-types', 'options', 'encoding/', 'protocol-hint']
  const POOL = 'wire/pool'
  const ENCODER = ['encoding/', 'topic/cache-outgoing', 'topic/write']
  const DECODER = [
    'error-tables',
    'protocol-hint',
    'fixed-header',
    'topic/cache-incoming',
    'topic/read',
    'wire/reader',
  ]

  test.each([
    ['decode', [...ENCODER, 'presets', POOL]],
    ['PacketParser', [...ENCODER, 'presets', 'piece-parser']],
    ['encode', DECODER],
    ['encodeInto', [...DECODER, POOL]],
    ['encodeRemainingLength', [...CACHES, 'error-tables', 'options']],
    ['decodeFixedHeader', [...CACHES, ...ENCODER, POOL]],
    ['decodeRemainingLength', [...CACHES, ...TABLES, POOL]],
    ['topicMatches', [...CACHES, 'error-tables', 'options', POOL]],
    ['topicCache', [...TABLES, POOL]],
    ['DECODE_ERRORS', [...CACHES, 'packet-types', 'options', POOL]],
    ['PacketType', [...CACHES, 'error-tables', 'options', POOL]],
    ['presets', [...CACHES, ...TABLES, POOL]],
  ])('%s', async (name, unused) => {
    const { files } = await bundled(`{ ${name} }`)
    expect(files.length).toBeGreaterThan(0)
    for (const path of unused) {
      expect(consumer.pack.files.some((file) => file.path.startsWith(`dist/${path}`))).toBe(true)
      expect(files.filter((file) => file.startsWith(path))).toEqual([])
    }
  })

  test('PacketType and the limits take a few bytes', async () => {
    const { size } = await bundled('{ PacketType, MAX_PACKET_SIZE, MAX_REMAINING_LENGTH }')
    expect(size).toBeLessThan(0.3)
  })
})

test.skipIf(withoutTools)('errors keep their names in a bundle', async () => {
  const { text } = await bundled('{ decode, DecodeError, MqttError }')
  const { decode, DecodeError, MqttError } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
  expect([DecodeError.name, MqttError.name]).toEqual(['DecodeError', 'MqttError'])
  expect(() => decode(new Uint8Array(2))).toThrow(expect.objectContaining({ name: 'DecodeError' }))
})
