// Checks the package with the tools of other projects, and that editors find its sources.

import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runTool, withoutTools } from '../support/package-tools.ts'
import { Consumer } from '../support/packed.ts'
import { definitionsIn } from './tsserver.ts'

const consumer = new Consumer()
const { pack, installed, folder } = consumer
afterAll(() => consumer.remove())

const tarball = join(folder, pack.filename)
const paths = pack.files.map(({ path }) => path)

describe.skipIf(withoutTools)('the tarball', () => {
  test('passes publint --strict', () => {
    const { code, output } = runTool('publint/src/cli.js', tarball, '--strict')
    expect(output).toContain('All good!')
    expect(code).toBe(0)
  })

  test('passes attw --profile esm-only', () => {
    const { code, output } = runTool(
      '@arethetypeswrong/cli/dist/index.js',
      tarball,
      '--profile',
      'esm-only',
      '--no-emoji',
    )
    expect(code, output).toBe(0)
    expect(output).toContain('"mqtt-wire/vectors"')
  })
})

describe('maps', () => {
  const mapped = paths.filter((path) => /^dist\/.*\.(js|d\.ts)$/.test(path))

  test('exist for all compiled files, and refer to existing sources', () => {
    expect(mapped.length).toBeGreaterThan(100)
    const lost = mapped.flatMap((path) => {
      const { sources, sourcesContent } = mapOf(path)
      const ends = sources.map((source) => join(dirname(path), source).replaceAll('\\', '/'))
      return sourcesContent === undefined && ends.every((end) => paths.includes(end)) ? [] : [path]
    })
    expect(lost).toEqual([])
  })

  test('map each declaration to the line of source that declares it', () => {
    const NAME = /^(?:export )?(?:declare )?(?:abstract )?(?:class|const|function|interface|type) (\w+)/
    const declarations = mapped
      .filter((path) => path.endsWith('.d.ts'))
      .flatMap((path) =>
        readFileSync(join(installed, path), 'utf8')
          .split('\n')
          .flatMap((line, index) => {
            const [declaration, name] = NAME.exec(line) ?? []
            return name === undefined
              ? []
              : [{ path, index, name, column: declaration!.length - name.length }]
          }),
      )
    expect(declarations.length).toBeGreaterThan(100)
    const astray = declarations.filter(({ path, index, name, column }) => {
      const entry = new SourceMap(mapOf(path)).findEntry(index, column)
      if (!('originalLine' in entry)) return true
      const source = readFileSync(join(installed, dirname(path), entry.originalSource), 'utf8')
      return !source.split('\n')[entry.originalLine]?.startsWith(name, entry.originalColumn)
    })
    expect(astray).toEqual([])
  })
})

test.skipIf(withoutTools)('"go to definition" ends in TypeScript', async () => {
  const names = ['decode', 'PacketParser', 'DecodeError', 'Packet', 'topicMatches', 'Malformed']
  const lines = [
    "import { decode, PacketParser, DecodeError, type Packet, topicMatches } from 'mqtt-wire'",
    "import { type Malformed } from 'mqtt-wire/testing'",
  ]
  consumer.write('user.ts', `${lines.join('\n')}\n`)
  const options = { module: 'nodenext', target: 'es2022' }
  consumer.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['user.ts'] }))
  const found = await definitionsIn(join(folder, 'user.ts'), lines, names)
  expect(found.map(({ file }) => file.slice(file.indexOf('mqtt-wire/')))).toEqual([
    'mqtt-wire/src/decode.ts',
    'mqtt-wire/src/parser.ts',
    'mqtt-wire/src/errors.ts',
    'mqtt-wire/src/packets/packet.ts',
    'mqtt-wire/src/topic/rules.ts',
    'mqtt-wire/src/testing/malformed/violation.ts',
  ])
  expect(found.map(({ text }) => text)).toEqual(names)
})

function mapOf(path: string): SourceMapPayload {
  return JSON.parse(readFileSync(join(installed, `${path}.map`), 'utf8'))
}
