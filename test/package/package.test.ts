import { execFileSync, execSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CONSUMER = mkdtempSync(join(tmpdir(), 'mqtt-wire-consumer-'))
const INSTALLED = join(CONSUMER, 'node_modules/mqtt-wire')

interface Pack {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

let pack: Pack
const QUIETLY = { encoding: 'utf8', stdio: 'pipe' } as const
const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { cwd: CONSUMER, ...QUIETLY })

// What `npm publish` would upload, installed in an empty project as a user's package manager unpacks it.
beforeAll(() => {
  // Through a shell, as npm is a script on Windows.
  const npm = `npm pack --json --ignore-scripts --pack-destination "${CONSUMER}"`
  ;[pack] = JSON.parse(execSync(npm, { cwd: ROOT, ...QUIETLY }))
  mkdirSync(INSTALLED, { recursive: true })
  // Some tar programs take what stands before a colon for a host.
  run('tar', ['-xzf', pack.filename, '-C', 'node_modules/mqtt-wire', '--strip-components=1'])
  writeFileSync(
    join(CONSUMER, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
})
afterAll(() => rmSync(CONSUMER, { recursive: true }))

describe('what npm pack would publish', () => {
  test('is the build, the licence and the README, and what the exports name', () => {
    const strangers = pack.files
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^(dist\/.*\.(js|d\.ts)|test\/vectors\/[\w-]+\.(json|d\.ts)|LICENSE|README\.md|package\.json)$/.test(
            path,
          ),
      )
    expect(strangers).toEqual([])
    const { exports, bin } = JSON.parse(readFileSync(join(INSTALLED, 'package.json'), 'utf8'))
    const targets = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry as object),
    )
    for (const target of [...targets, ...Object.values(bin)] as string[]) {
      expect(pack.files.map(({ path }) => `./${path}`)).toContain(target)
    }
  })

  test('depends on nothing', () => {
    const {
      dependencies,
      optionalDependencies,
      peerDependenciesMeta = {},
      peerDependencies = {},
    } = JSON.parse(readFileSync(join(INSTALLED, 'package.json'), 'utf8'))
    expect([dependencies, optionalDependencies]).toEqual([undefined, undefined])
    for (const peer of Object.keys(peerDependencies))
      expect(peerDependenciesMeta[peer]).toEqual({ optional: true })
  })

  test('is small: the core takes less than 220 kB, comments and all', () => {
    const core = pack.files.filter(
      ({ path }) => path.endsWith('.js') && !/^dist\/(cli|rabbitmq|testing)\//.test(path),
    )
    expect(core.reduce((total, { size }) => total + size, 0)).toBeLessThan(220_000)
  })

  test('declares its types without a word of Node', () => {
    for (const { path } of pack.files) {
      if (!path.endsWith('.d.ts')) continue
      const text = readFileSync(join(INSTALLED, path), 'utf8')
      const declarations = text.replace(/\/\*.*?\*\//gs, '')
      expect(declarations, path).not.toMatch(/types="node"|from ["']node:|NodeJS\.|\bBuffer\b(?!\??:)/)
    }
  })
})

describe('an empty project', () => {
  const EXPECTED = '{"type":"pingreq"}'

  test('imports it', () => {
    writeFileSync(
      join(CONSUMER, 'import.mjs'),
      "import { decode } from 'mqtt-wire'\nconsole.log(JSON.stringify(decode(Uint8Array.of(0xc0, 0))))\n",
    )
    expect(run(process.execPath, ['import.mjs']).trim()).toBe(EXPECTED)
  })

  test('requires it', () => {
    writeFileSync(
      join(CONSUMER, 'require.cjs'),
      "const { decode } = require('mqtt-wire')\nconsole.log(JSON.stringify(decode(Uint8Array.of(0xc0, 0))))\n",
    )
    expect(run(process.execPath, ['require.cjs']).trim()).toBe(EXPECTED)
  })

  test.each([
    ['requires', "const vectors = createRequire(import.meta.url)('mqtt-wire/vectors')"],
    ['imports', "const { default: vectors } = await import('mqtt-wire/vectors', { with: { type: 'json' } })"],
  ])('%s the corpus and its schema', (how, line) => {
    writeFileSync(
      join(CONSUMER, `${how}-vectors.mjs`),
      `import { createRequire } from 'node:module'
${line}
createRequire(import.meta.url)('mqtt-wire/vectors/schema.json')
console.log(vectors.valid.length > 100 && vectors.malformed.length > 100, vectors.version)
`,
    )
    expect(run(process.execPath, [`${how}-vectors.mjs`]).trim()).toMatch(/^true \d+\.\d+\.\d+$/)
  })

  test('runs its command', () => {
    writeFileSync(join(CONSUMER, 'ping.hex'), 'c000')
    expect(run(process.execPath, [join(INSTALLED, 'dist/cli/main.js'), 'decode', 'ping.hex'])).toContain(
      'PINGREQ',
    )
  })

  test('fuzzes a parser with it', () => {
    writeFileSync(
      join(CONSUMER, 'adapter.mjs'),
      `import { PacketParser } from 'mqtt-wire'
export const open = (onPacket) => {
  const parser = new PacketParser()
  return (chunk) => {
    for (const packet of parser.push(chunk)) onPacket(packet)
  }
}
`,
    )
    const main = join(INSTALLED, 'dist/cli/main.js')
    expect(run(process.execPath, [main, 'fuzz', 'adapter.mjs', '--runs', '50'])).toContain(' 0 findings in ')
  })

  test.each([
    ['without any library of types', ['ES2022']],
    ["with the DOM's", ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable']],
  ])('compiles against it, %s', (_, lib) => {
    writeFileSync(
      join(CONSUMER, 'consumer.ts'),
      `import { decode, decodeStream, encode, type Packet, PacketDecoderStream, PacketParser, type PacketInput } from 'mqtt-wire'
const input: PacketInput = { type: 'publish', topic: 'a', payload: 'hi', qos: 1, packetId: 7 }
const packet: Packet<Uint8Array> = decode(encode(input))
if (packet.type === 'publish') packet.payload.subarray(1)
for (const each of new PacketParser({ role: 'server' }).push(encode(input))) void each.type
void decodeStream([encode(input)], { tolerate: ['reserved-flags'] })
void new PacketDecoderStream().readable
`,
    )
    writeFileSync(
      join(CONSUMER, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
          noEmit: true,
          target: 'ES2022',
          module: 'nodenext',
          lib,
          types: [],
        },
        files: ['consumer.ts'],
      }),
    )
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    expect(run(process.execPath, [tsc, '-p', 'tsconfig.json'])).toBe('')
  })
})

test('the tarball lies alone', () => {
  expect(readdirSync(CONSUMER).filter((name) => name.endsWith('.tgz'))).toHaveLength(1)
})
