// The command must find the faults of parsers that are broken on purpose, and nothing in correct ones.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'dist/cli/main.js')
const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-fuzz-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

interface Found {
  readonly kind: string
  readonly about: string
  readonly rule?: string
  readonly packetType?: string
  readonly bytes: string
  readonly chunks: readonly string[]
  readonly showsAlone: boolean
}

function command(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'fuzz', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 300_000,
  })
  return { status, stdout, stderr }
}

function fuzz(adapter: string, runs: number) {
  const json = join(DIRECTORY, 'findings.json')
  const result = command(`test/fuzz/${adapter}.mjs`, '--seed', '1', '--runs', String(runs), '--json', json)
  return { ...result, findings: JSON.parse(readFileSync(json, 'utf8')).findings as Found[] }
}

const accepts = (code: string, rule: string, packetType: string) => ({
  kind: 'verdict',
  about: `accepts ${code}`,
  rule,
  packetType,
})

// biome-ignore format: one row per parser
test.each([
  ['crashes', 2_000, { kind: 'crash', about: expect.stringContaining('TypeError'), packetType: 'suback' }, 6],
  ['crashes-later', 2_000, { kind: 'crash', bytes: '20020003' }, 4],
  ['exits', 2_000, { kind: 'crash', about: 'process.exit(7)', bytes: '20020004' }, 4],
  ['hangs', 200, { kind: 'hang', chunks: ['20020005'] }, 4],
  ['never-settles', 200, { kind: 'hang', bytes: '20020005' }, 4],
  ['believes-lengths', 2_000, { kind: 'memory', about: 'per input' }, 8],
  ['leaks', 500, { kind: 'memory', about: 'in total' }, undefined],
  ['accepts-too-much', 2_000, accepts('ill-formed-utf8', 'MQTT-1.5.3-1', 'publish'), 8],
  ['accepts-too-little', 2_000, { kind: 'verdict', about: 'refuses a valid packet', packetType: 'publish', rule: '§3.3' }, 5],
  ['loses-packets', 2_000, { kind: 'verdict', about: 'packet missing', bytes: 'd000' }, 2],
  ['says-yes', 2_000, accepts('packet-identifier-zero', '§2.3.1', 'puback'), 4],
  ['wrong-field', 2_000, { kind: 'fields', about: 'keepAlive', packetType: 'connect' }, 15],
  ['forgets-between-chunks', 2_000, { kind: 'chunking', packetType: 'publish' }, 10],
  ['says-no-to-chunks', 2_000, { kind: 'chunking', bytes: 'c000' }, 2],
  ['reads-on', 20_000, { kind: 'next packet', about: 'accepts body-too-short', rule: '§3.4.1', packetType: 'puback' }, 5],
] as const)('a parser that %s', (name, runs, finding, bytes) => {
  const { status, stdout, stderr, findings } = fuzz(`broken/${name}`, runs)
  expect(stderr).toBe('')
  expect(status).toBe(1)
  const found = findings.find((one) => expect.objectContaining(finding).asymmetricMatch(one))
  expect(findings).toContainEqual(expect.objectContaining(finding))
  if (bytes !== undefined) expect(found!.bytes.length / 2).toBeLessThanOrEqual(bytes)
  for (const one of findings) expect(stdout).toContain(`. ${one.kind}: ${one.about}`)
  const keys = findings.map(({ kind, about, packetType }) => `${kind} ${about} ${packetType}`)
  expect(new Set(keys).size).toBe(findings.length)
})

test.each(['sound/yes-or-no', 'sound/slow', 'adapters/mqtt-wire'])('nothing is found in %s', (adapter) => {
  const { status, stdout, stderr, findings } = fuzz(adapter, 3_000)
  expect({ status, stderr, findings }).toEqual({ status: 0, stderr: '', findings: [] })
  expect(stdout).toMatch(/: 0 findings in \d,\d{3} inputs, seed 1\.\n$/)
})

test('the same seed gives the same findings', () => {
  const [once, again] = [fuzz('broken/accepts-too-much', 1_000), fuzz('broken/accepts-too-much', 1_000)]
  expect(again).toEqual(once)
  expect(once.findings.length).toBeGreaterThan(2)
})

test('a finding is a readable block', () => {
  const { stdout } = fuzz('broken/wrong-field', 1_000)
  expect(stdout).toMatch(
    /\n1\. fields: keepAlive \[§3\.1\], CONNECT\n {3}bytes {5}10[\da-f]+\n {3}expected {2}\{"type":"connect".*\n {3}happened {2}\{.*\n {3}found in {2}.*\n/,
  )
})

test.each(['yes-or-no', 'leisurely'])(
  'it ends when its time is up, in the middle of its inputs: %s',
  (adapter) => {
    const { status, stdout } = command(`test/fuzz/sound/${adapter}.mjs`, '--seconds', '1')
    expect(status).toBe(0)
    expect(stdout).toMatch(/seed \d+\.\n$/)
  },
)

describe('invalid arguments', () => {
  test.each([
    [[], 'one TARGET'],
    [['a.mjs', 'b.mjs'], 'one TARGET'],
    [['a.mjs', '--exec', 'true'], 'one TARGET'],
    [['a.mjs', '--remote'], '--remote, --rate and --patience are for brokers'],
    [['mqtt://broker.example'], 'add --remote'],
    [['mqtt://127.0.0.1/topic'], 'must be mqtt://HOST:PORT'],
    [['mqtt://127.0.0.1', '--rate', 'fast'], '--rate must be 0.001 to 100,000 connections per second'],
    [['mqtt://127.0.0.1:1'], 'does not serve two clients'],
    [['--exec', 'echo hello'], 'must write "ready" first; it wrote "hello"'],
    [['--exec', 'echo why >&2'], 'it ended; standard error: why'],
    [['--exec', 'echo ready no'], 'ready no: '],
    [['--exec', `echo 'ready {"role":"both"}'`], 'role'],
    [['test/fuzz/sound/slow.mjs', '--declare', 'package.json'], 'name is not one of role'],
    [['test/fuzz/sound/slow.mjs', '--format', 'xml'], '--format must be text or github'],
    [['test/fuzz/sound/slow.mjs', '--baseline', 'package.json'], 'write it with --json'],
    [['nowhere.mjs'], 'nowhere.mjs does not exist'],
    [['test/fuzz/broken/wrapped.mjs'], 'exports neither open nor accepts'],
    [['README.md'], 'cannot load'],
    [['test/fuzz/sound/slow.mjs', '--runs', 'many'], '--runs must be an integer of at least 0'],
    [['test/fuzz/sound/slow.mjs', '--seconds', '0'], '--seconds must be an integer of at least 1'],
    [['test/fuzz/sound/slow.mjs', '--json', 'nowhere/findings.json'], '--json: ENOENT'],
    [['test/fuzz/sound/slow.mjs', '--json', '.'], '--json: '],
    [['test/fuzz/sound/slow.mjs', '--wat'], '--wat'],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = command(...args)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^mqtt-wire: [^\n]+\n$/)
    expect(stdout).not.toContain('finding')
  })
})
