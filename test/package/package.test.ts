import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Consumer } from '../support/packed.ts'

const consumer = new Consumer()
const { pack, installed, folder } = consumer
afterAll(() => consumer.remove())

describe('the package that npm pack creates', () => {
  test('contains the build, the license, the documentation, the examples, and the files in exports', () => {
    const expected =
      /^(test\/fuzz\/adapters\/[\w-]+\.(mjs|py|go|c|rs)|bench\/contestants\/[\w-]+\.mjs|dist\/(?!internal).*\.(js|d\.ts)(\.map)?|src\/.*\.ts|src\/page\/page\.(html|css)|dist\/page\/index\.html|CHANGELOG\.md|test\/vectors\/[\w-]+\.(json|d\.cts)|mqtt-packet\/(index\.js|index\.d\.cts|package\.json)|examples\/[\w-]+\/([\w-]+\.m?js|package\.json)|[\w./-]+\.(md|svg)|LICENSE|package\.json)$/
    expect(pack.files.map(({ path }) => path).filter((path) => !expected.test(path))).toEqual([])
    const { exports, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const targets = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry as object),
    )
    for (const target of [...targets, ...Object.values(bin)] as string[]) {
      expect(pack.files.map(({ path }) => `./${path}`)).toContain(target)
    }
  })

  test('has no dependencies', () => {
    const {
      dependencies,
      optionalDependencies,
      peerDependenciesMeta = {},
      peerDependencies = {},
    } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    expect([dependencies, optionalDependencies]).toEqual([undefined, undefined])
    for (const peer of Object.keys(peerDependencies))
      expect(peerDependenciesMeta[peer]).toEqual({ optional: true })
  })

  test('is small: the core takes less than 260 kB, including comments', () => {
    const core = pack.files.filter(({ path }) =>
      /^dist\/(?!(cli|explain|mqtt-packet|rabbitmq|testing)\/).*\.js$/.test(path),
    )
    expect(core.reduce((total, { size }) => total + size, 0)).toBeLessThan(260_000)
  })

  test('has a corpus with a short form for long strings', () => {
    const corpus = pack.files.find(({ path }) => path === 'test/vectors/vectors.json')
    expect(corpus?.size).toBeLessThan(800_000)
  })

  test('declares only public functions, constants and classes', async () => {
    const modules = [
      await import('../../src/index.ts'),
      await import('../../src/explain/index.ts'),
      await import('../../src/mqtt-packet/index.ts'),
      await import('../../src/rabbitmq/index.ts'),
      await import('../../src/testing/index.ts'),
    ]
    const isPublic = (name: string): boolean => modules.some((module) => Object.hasOwn(module, name))
    const declarations = pack.files
      .filter(({ path }) => path.startsWith('dist/') && path.endsWith('.d.ts'))
      .map(({ path }) => readFileSync(join(installed, path), 'utf8'))
      .join('\n')
    const published = Array.from(
      declarations.matchAll(/^export declare (?:function|const|class) (\w+)/gm),
      ([, name = '']) => name,
    )
    expect(published.length).toBeGreaterThan(30)
    // A class may be public only as a type, and a list only as part of a type.
    const isType = (name: string): boolean => new RegExp(`\\b(type|typeof) ${name}\\b`).test(declarations)
    const internal = published.filter((name) => !isPublic(name) && !isType(name))
    expect(internal).toEqual([])
  })

  test('has every file that its README links to', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8')
    const targets = Array.from(readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, target = '']) => target)
    const paths = pack.files.map(({ path }) => path)
    expect(targets.length).toBeGreaterThan(0)
    expect(targets.filter((target) => !paths.includes(target))).toEqual([])
  })

  test('declares its types without those of Node', () => {
    for (const { path } of pack.files) {
      if (!path.endsWith('.d.ts')) continue
      const text = readFileSync(join(installed, path), 'utf8')
      const declarations = text.replace(/\/\*.*?\*\//gs, '')
      expect(declarations, path).not.toMatch(/types="node"|from ["']node:|NodeJS\.|\bBuffer\b(?!\??:)/)
    }
  })
})

describe('an empty project', () => {
  const EXPECTED = '{"type":"pingreq"}'

  test('can import it', () => {
    consumer.write(
      'import.mjs',
      "import { decode } from 'mqtt-wire'\nconsole.log(JSON.stringify(decode(Uint8Array.of(0xc0, 0))))\n",
    )
    expect(consumer.run(process.execPath, 'import.mjs').trim()).toBe(EXPECTED)
  })

  test('can require it', () => {
    consumer.write(
      'require.cjs',
      "const { decode } = require('mqtt-wire')\nconsole.log(JSON.stringify(decode(Uint8Array.of(0xc0, 0))))\n",
    )
    expect(consumer.run(process.execPath, 'require.cjs').trim()).toBe(EXPECTED)
  })

  test.each([
    ['requires', "const vectors = createRequire(import.meta.url)('mqtt-wire/vectors')"],
    ['imports', "const { default: vectors } = await import('mqtt-wire/vectors', { with: { type: 'json' } })"],
  ])('%s the corpus and its schema', (how, line) => {
    consumer.write(
      `${how}-vectors.mjs`,
      `import { createRequire } from 'node:module'
${line}
createRequire(import.meta.url)('mqtt-wire/vectors/schema.json')
console.log(vectors.valid.length > 100 && vectors.malformed.length > 100, vectors.version)
`,
    )
    expect(consumer.run(process.execPath, `${how}-vectors.mjs`).trim()).toMatch(/^true \d+\.\d+\.\d+$/)
  })

  test("can import and require mqtt-packet's API", () => {
    consumer.write(
      'mqtt-packet.mjs',
      `import { createRequire } from 'node:module'
import mqttPacket, { generate, parser } from 'mqtt-wire/mqtt-packet'
const required = createRequire(import.meta.url)('mqtt-wire/mqtt-packet')
console.log(mqttPacket.generate === generate, required.parser === parser, required.default === mqttPacket)
`,
    )
    expect(consumer.run(process.execPath, 'mqtt-packet.mjs').trim()).toBe('true true true')
  })

  test('can run its command', () => {
    consumer.write('ping.hex', 'c000')
    expect(
      consumer.run(process.execPath, join(installed, 'dist/cli/main.js'), 'decode', 'ping.hex'),
    ).toContain('PINGREQ')
  })

  consumer.write(
    'adapter.mjs',
    `import { PacketParser } from 'mqtt-wire'
export const open = (onPacket) => {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
`,
  )

  test('can fuzz a parser with it', () => {
    const main = join(installed, 'dist/cli/main.js')
    expect(consumer.run(process.execPath, main, 'fuzz', 'adapter.mjs', '--runs', '50')).toContain(
      ' 0 findings in ',
    )
  })

  test('can measure a parser with it', () => {
    const main = join(installed, 'dist/cli/main.js')
    expect(
      consumer.run(process.execPath, main, 'bench', 'adapter.mjs', '--quick', '--only', 'W3 decode'),
    ).toContain('adapter.mjs: 2 figures, 0 wrong, 0 too slow to measure.')
  })
})

test('the tarball is the only file', () => {
  expect(readdirSync(folder).filter((name) => name.endsWith('.tgz'))).toHaveLength(1)
})
