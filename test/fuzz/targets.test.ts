// All kinds of targets, their declarations, and reports for other programs.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { XMLParser } from 'fast-xml-parser'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'dist/cli/main.js')
const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-targets-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

const LINES = `${process.execPath} test/fuzz/sound/lines.mjs`
const HANGS = 'sh test/fuzz/broken/hangs-with-child.sh'
const file = (name: string): string => join(DIRECTORY, name)

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return { status, stdout, stderr }
}

/** Runs a command, and also returns its JSON. */
function report(...args: readonly string[]) {
  const json = file('report.json')
  const result = run(...args, '--json', json)
  return { ...result, ...JSON.parse(readFileSync(json, 'utf8')) }
}

/** An adapter of mqtt-wire's parser with options that it declares. */
function adapterWith(options: Record<string, unknown>): string {
  const { refuse, ...rest } = options
  const declares = { ...rest, ...(refuse !== undefined && { refuses: refuse }) }
  const adapter = file('adapter.mjs')
  writeFileSync(
    adapter,
    `import { DecodeError, PacketParser } from ${JSON.stringify(join(ROOT, 'dist/index.js'))}
export const declares = ${JSON.stringify(declares)}
export const isRefusal = (error) => error instanceof DecodeError
export function open(onPacket) {
  const parser = new PacketParser(${JSON.stringify(options)})
  return (chunk) => { for (const packet of parser.push(chunk)) onPacket(packet) }
}
`,
  )
  return adapter
}

describe('declared deviations of our parser are not findings', () => {
  test.each([
    { role: 'client' },
    { role: 'server' },
    { maxPacketSize: 60_000 },
    { maxPacketSize: 20, role: 'server' },
    { protocols: ['3.1.1', '3.1', 'bridge'] },
    { protocols: ['3.1'] },
    { refuse: ['control-characters'] },
    { refuse: ['control-characters', 'non-characters'] },
    { tolerate: ['surplus-bytes', 'reserved-flags', 'ill-formed-utf8'] },
    { maxTopicLength: 5, maxTopicLevels: 3 },
    { maxTopicFilters: 2 },
  ])('%j', (options) => {
    const adapter = adapterWith(options)
    const fuzzed = report('fuzz', adapter, '--runs', '300', '--seed', '1')
    expect(fuzzed).toMatchObject({ status: 0, stderr: '', findings: [] })
    const checked = report('check', adapter)
    expect(checked).toMatchObject({ status: 0, stderr: '', findings: [] })
    expect(checked.rows).toBeGreaterThan(100)
  })

  test('undeclared ones are', () => {
    const { findings } = report(
      'fuzz',
      adapterWith({ role: 'client' }),
      '--declare',
      declaration({}),
      '--runs',
      '0',
    )
    expect(findings).toEqual([]) // the command line adds to the module's declaration
    const undeclared = adapterWith({ maxTopicLevels: 3 })
    writeFileSync(
      undeclared,
      readFileSync(undeclared, 'utf8').replace('export const declares', 'const ignored'),
    )
    expect(report('check', undeclared).status).toBe(1)
  })

  test('a target that does not refuse what it declares it refuses', () => {
    const { status, findings } = report(
      'fuzz',
      'test/fuzz/adapters/mqtt-wire.mjs',
      '--declare',
      declaration({ refuses: ['long-client-identifiers'] }),
      '--runs',
      '0',
    )
    expect(status).toBe(1)
    expect(findings).toEqual([
      expect.objectContaining({ about: 'accepts long-client-identifiers', rule: 'MQTT-3.1.3-5' }),
    ])
  })
})

function declaration(value: object): string {
  const path = file('declaration.json')
  writeFileSync(path, JSON.stringify(value))
  return path
}

test('refusing what a receiver may refuse is not a finding of fuzz, and a `may` of check', () => {
  const adapter = adapterWith({ refuse: ['control-characters', 'non-characters'] })
  writeFileSync(adapter, readFileSync(adapter, 'utf8').replace('export const declares', 'const ignored'))
  expect(report('fuzz', adapter, '--runs', '300')).toMatchObject({ status: 0, findings: [] })
  const { status, findings, mays } = report('check', adapter)
  expect({ status, findings }).toEqual({ status: 0, findings: [] })
  expect(mays.flatMap(({ rows }: { rows: string[] }) => rows)).toHaveLength(36)
})

test('a parser that loses the packets before a refused one gets that finding once', () => {
  const { findings } = report('fuzz', 'test/fuzz/broken/drops-packets.mjs', '--runs', '500', '--seed', '1')
  expect(findings).toEqual([
    expect.objectContaining({
      kind: 'lost packets',
      about: 'drops the packets before a refused one that came in the same chunk',
    }),
  ])
})

test('a parser that waits is distinguished from one that accepts', () => {
  const waits = file('waits.mjs')
  writeFileSync(waits, 'export const open = () => () => {}\n')
  const { status, stdout, findings } = report('check', waits)
  expect(status).toBe(1)
  expect(new Set(findings.map(({ outcome }: { outcome: string }) => outcome))).toEqual(new Set(['wait']))
  expect(stdout).toContain('\nWaits: the target asks for more bytes although the packet is complete\n')
  expect(stdout).toMatch(/: 0 violated, [1-9][\d,]* waits; /)
})

describe('--exec', () => {
  test.each([{}, { role: 'client' }])(
    'nothing is found in our parser with the line protocol, %j',
    (options) => {
      const command = `${LINES} '${JSON.stringify(options)}'`
      expect(report('check', '--exec', command)).toMatchObject({ status: 0, stderr: '', findings: [] })
      expect(report('fuzz', '--exec', command, '--runs', '300')).toMatchObject({ status: 0, findings: [] })
    },
  )

  test('nor with generated inputs', () => {
    const { status, findings } = report('fuzz', '--exec', LINES, '--runs', '300')
    expect({ status, findings }).toEqual({ status: 0, findings: [] })
  })

  test('a hang is stopped with its children, a crash is restarted, standard error is escaped', () => {
    const { status, stdout, findings } = report('fuzz', '--exec', HANGS, '--runs', '0', '--seed', '1')
    expect(status).toBe(1)
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'hang', packetType: 'connack', bytes: '20020005' }),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: 'crash',
        about: expect.stringContaining('SIGSEGV'),
        bytes: '20020004',
      }),
    )
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: 'crash',
        about: 'the process ended: exit status 3',
        happened: 'the process ended: exit status 3; standard error: out of \\u001b[31mluck',
      }),
    )
    expect(stdout).not.toContain('\u001B')
    expect(spawnSync('pgrep', ['-f', 'sleep 3600']).stdout.toString()).toBe('')
  })
})

describe('on the terminal', () => {
  test('SIGINT ends it with a summary and a complete report', async () => {
    const json = file('interrupted.json')
    const child = spawn(process.execPath, [MAIN, 'fuzz', '--exec', LINES, '--json', json, '--seed', '7'], {
      cwd: ROOT,
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    await once(child.stdout, 'data')
    expect(stdout).toMatch(/, seed 7\n/) // before anything else
    child.kill('SIGINT')
    const [status] = await once(child, 'close')
    expect(status).toBe(0)
    expect(stdout).toMatch(/: 0 findings in [\d,]+ inputs, seed 7\.\n$/)
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ seed: 7, isWhole: false, findings: [] })
  })

  test('findings are printed as they are found, also to a pipe', async () => {
    const child = spawn(process.execPath, [MAIN, 'fuzz', '--exec', HANGS, '--seconds', '60'], { cwd: ROOT })
    const seen: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => seen.push(text))
    while (!seen.join('').includes('\n1. ')) await once(child.stdout, 'data')
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    const [status] = await once(child, 'close')
    expect(status).toBe(1)
  })

  test.each([['help'], ['-h'], ['--help'], ['fuzz', '-h']])('%s', (...args) => {
    expect(run(...args)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('mqtt-wire check TARGET'),
    })
  })

  test('--version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n` })
  })
})

describe.each(['fuzz', 'check'])('reports of %s', (command) => {
  const target = 'test/fuzz/broken/accepts-too-much.mjs'
  const bounds = command === 'fuzz' ? ['--runs', '0', '--seed', '1'] : []

  test('--format github prints annotations', () => {
    const { stdout, findings } = report(command, target, ...bounds, '--format', 'github')
    const annotations = stdout.split('\n').filter((line: string) => line.startsWith('::error title='))
    expect(annotations).toHaveLength(findings.length)
    expect(annotations[0]).toContain('verdict%3A accepts ill-formed-utf8 [MQTT-1.5.3-1]%2C ')
  })

  test('--junit writes XML', () => {
    const junit = file('junit.xml')
    const { findings } = report(command, target, ...bounds, '--junit', junit)
    const parser = new XMLParser({ ignoreAttributes: false })
    const { testsuites } = parser.parse(readFileSync(junit, 'utf8'), true)
    expect(Number(testsuites['@_failures'])).toBeGreaterThanOrEqual(findings.length)
    expect(testsuites.testsuite.testcase).toHaveLength(Number(testsuites['@_tests']))
  })

  test('--baseline accepts known findings, and fails for new ones and stale ones', () => {
    const baseline = file('baseline.json')
    const { findings } = report(command, target, ...bounds)
    const write = (known: unknown[]): void => writeFileSync(baseline, JSON.stringify({ findings: known }))
    write(findings)
    expect(run(command, target, ...bounds, '--baseline', baseline).status).toBe(0)
    write(findings.slice(1))
    expect(run(command, target, ...bounds, '--baseline', baseline).status).toBe(1)
    write([...findings, { kind: 'crash', about: 'TypeError: gone' }])
    const stale = run(command, target, ...bounds, '--baseline', baseline)
    expect(stale.status).toBe(1)
    expect(stale.stdout).toContain('\nin the baseline, but not found: crash: TypeError: gone\n')
  })
})
