// `mqtt-wire bench`: what it measures, how its gate works, and how it fails. No test asserts a time, and ratios are only
// compared with bounds that noise cannot reach.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { boundsOn, type Figures, type Gate, judge } from '../../../src/cli/bench/gate.ts'
import { updateGate } from '../../../src/cli/bench/gate-file.ts'
import { MAIN, ROOT } from '../../support/command.ts'

const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-bench-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

const path = (name: string): string => join(DIRECTORY, name)
const ADAPTER = 'test/fuzz/adapters/mqtt-wire.mjs'
const FULL_SPEED = 'test/cli/bench/full-speed.mjs'
const HALF_SPEED = 'test/cli/bench/half-speed.mjs'
const OUR_PROCESS = 'node dist/cli/bench/exec/ourselves.js'

interface Saved {
  readonly target: string
  readonly isWhole: boolean
  readonly figures: Readonly<Record<string, number>>
  readonly jobs: Readonly<Record<string, { readonly packets: number; readonly leftOut?: number }>>
}

function bench(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'bench', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function measured(target: readonly string[], only: string, ...args: readonly string[]) {
  const json = path('results.json')
  const result = bench(...target, '--quick', '--only', only, '--json', json, ...args)
  return { ...result, saved: JSON.parse(readFileSync(json, 'utf8')) as Saved }
}

function written(name: string, content: unknown): string {
  writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content))
  return path(name)
}

describe('a gate', () => {
  // The ratios are about 1 and 0.5 on an idle machine. The bounds leave room for a busy one.
  test('holds for mqtt-wire against itself', () => {
    const gate = written('low.json', { atLeast: { 'W2 decode': 0.5 } })
    const { status, stdout, stderr } = bench(FULL_SPEED, '--quick', '--only', 'W2 decode', '--gate', gate)
    expect(stderr).toBe('')
    expect(stdout).toContain('all bounds hold')
    expect(status).toBe(0)
  })

  test('fails for code that does everything twice', () => {
    const gate = written('high.json', { atLeast: { 'W2 decode': 0.9 } })
    const { status, stdout, saved } = measured([HALF_SPEED], 'W2 decode', '--gate', gate)
    expect(stdout).toMatch(/W2 decode +0\.\d\d +at least 0\.9 +FAILS/)
    expect(stdout).toContain('Measuring again with more rounds: W2 decode')
    expect(status).toBe(1)
    expect(saved.figures['W2 decode']).toBeLessThan(0.9)
  })

  test('fails for a figure that was not measured', () => {
    const gate = written('encode.json', { atLeast: { 'W3 encode': 0.001 }, atMost: { linearity: 1e9 } })
    const args = ['--quick', '--only', 'W3 encode', '--gate', gate]
    const wrong = bench('test/cli/bench/wrong-bytes.mjs', ...args)
    expect(wrong.stdout).toMatch(/W3 encode +not measured +at least 0\.001 +FAILS/)
    expect(wrong.stdout).not.toMatch(/linearity|Measuring again/)
    expect(wrong.status).toBe(1)
    expect(bench(FULL_SPEED, ...args).status).toBe(0)
  })

  test('is written by --update, with three quarters of the measured figures', () => {
    const gate = path('new.json')
    const { status, stdout, saved } = measured([FULL_SPEED], 'W3 encode', '--gate', gate, '--update')
    expect(stdout).toContain(`Wrote the new bounds to ${gate}.`)
    expect(status).toBe(0)
    const { atLeast, atMost } = JSON.parse(readFileSync(gate, 'utf8'))
    expect(atLeast['W3 encode'] / saved.figures['W3 encode']!).toBeGreaterThan(0.7)
    expect(atLeast['W3 encode'] / saved.figures['W3 encode']!).toBeLessThanOrEqual(0.75)
    expect(atMost).toEqual({})
  })

  test('keeps the bounds that an update does not affect', () => {
    const gate = path('updated.json')
    const update = (before: Gate, figures: Figures): unknown => {
      updateGate(gate, before, figures, '22.1.0')
      return JSON.parse(readFileSync(gate, 'utf8'))
    }
    const none = { atLeast: {}, atMost: {} }
    expect(update(none, { 'W1 decode': 0.5, linearity: 4.1 })).toEqual({
      atLeast: { 'W1 decode': 0.37 },
      atMost: { linearity: 5.47 },
    })
    expect(update(none, { linearity: 2 })).toEqual({ atLeast: {}, atMost: { linearity: 5 } })
    const before = { atLeast: { 'W1 decode': 0.3, 'W3 decode': 1 }, atMost: { linearity: 7 } }
    expect(update(before, { 'W1 decode': 1, linearity: 2 })).toEqual({
      ...before,
      atLeast: { 'W1 decode': 0.75, 'W3 decode': 1 },
    })
    const lines = { ...before, onNode: { 22: { 'W2 decode': 2 } } }
    expect(update(lines, { 'W1 decode': 1 })).toEqual({
      ...before,
      onNode: { 22: { 'W1 decode': 0.75, 'W2 decode': 2 } },
    })
  })

  test('uses the bounds for the newest major version of Node up to the current one', () => {
    const onNode = { 22: { 'W1 decode': 2 }, 24: { 'W1 decode': 3 } }
    const gate = { atLeast: { 'W1 decode': 1, 'W2 decode': 1 }, onNode, atMost: {} }
    const bound = (node: string) => boundsOn(node, gate).atLeast
    expect(bound('20.20.2')).toEqual({ 'W1 decode': 1, 'W2 decode': 1 })
    expect(bound('23.0.0')).toEqual({ 'W1 decode': 2, 'W2 decode': 1 })
    expect(bound('26.0.0')).toEqual({ 'W1 decode': 3, 'W2 decode': 1 })
  })

  test('includes its bounds', () => {
    const bounds = { atLeast: { a: 1, b: 1, c: 1 }, atMost: { linearity: 5 } }
    const holds = judge({ a: 1, b: 0.99, linearity: 5.1 }, bounds).map(({ id, holds }) => [id, holds])
    expect(holds).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
      ['linearity', false],
    ])
  })
})

test('results are compared with another run and drawn as a chart', () => {
  const chart = path('chart.svg')
  const { saved } = measured([HALF_SPEED], 'W3 encode,W6 encode', '--chart', chart)
  expect(Object.keys(saved.figures)).toEqual(['W3 encode', 'W6 encode'])
  expect(saved).toMatchObject({ target: HALF_SPEED, isWhole: true })
  const svg = readFileSync(chart, 'utf8')
  expect(svg).toMatch(/^<svg /)
  for (const text of [
    'as multiples of mqtt-wire',
    HALF_SPEED,
    'W6 non-ASCII topics',
    'W3 PUBACK only',
    'encode',
  ])
    expect(svg).toContain(text)
  expect(svg).not.toMatch(/decode|NaN|Infinity|undefined/)

  const base = written('base.json', { ...saved, figures: { 'W3 encode': 100 * saved.figures['W3 encode']! } })
  const { stdout } = bench(HALF_SPEED, '--quick', '--only', 'W3 encode', '--compare', base)
  expect(stdout).toMatch(/Change since .*\n.*then +now +change\nW3 encode +\d+.* −9\d %\n/)
})

// biome-ignore format: one row per target
test.each([
  ['test/fuzz/broken/wrong-field.mjs', 'W2 decode', /decode: packet 187: connect with keepAlive \d+ instead of 300\./],
  ['test/fuzz/broken/crashes.mjs', 'W2 decode', /decode: packet 200 \(suback\): Cannot read properties/],
  ['test/fuzz/broken/loses-packets.mjs', 'W2 decode', /packet 80: pingresp with type "publish" instead of "pingresp"/],
  ['test/cli/bench/wrong-bytes.mjs', 'W3 encode', /encode: packet 1 \(puback\): 4 bytes 48\w+ instead of 4 bytes 40/],
  ['test/cli/bench/lazy.mjs', 'W7 decode', /decode: no PUBLISH has a topic and a payload/],
  ['test/cli/bench/gives-up.mjs', 'W7 decode', /later in the stream: Error: I am \\u001b\[31mtired\./],
])('%s is wrong and is not timed', (target, only, message) => {
  const { status, stdout, saved } = measured([target], only)
  expect(stdout).toMatch(message)
  expect(stdout).toMatch(new RegExp(`^${target} +wrong`, 'm'))
  expect(stdout).toMatch(/^mqtt-wire +[\d,.]+ [nµ]s/m)
  expect(stdout).not.toContain('\u001b')
  expect(saved.figures[only]).toBeUndefined()
  expect(status).toBe(1)
})

test('a target that ends its process is wrong', () => {
  const target = written('exits.mjs', 'export const open = () => () => process.exit(7)')
  const { status, stdout } = bench(target, '--quick', '--only', 'W3')
  expect(stdout).toContain('the process ended with exit status 7')
  expect(status).toBe(1)
})

test('a target that hangs is stopped', () => {
  const target = written('hangs.mjs', 'export const open = () => () => { for (;;); }')
  const { status, stdout } = bench(target, '--quick', '--only', 'W6 decode')
  expect(stdout).toContain('decode: hangs: no progress for 30 s; it was stopped.')
  expect(status).toBe(1)
})

test.each([
  ['test/cli/bench/foreign-shape.mjs', 'W7', ['W7 decode', 'W7 decode first pass', 'W7 encode']],
  ['test/cli/bench/asynchronous.mjs', 'W5 1,460 B', ['W5 1,460 B decode']],
  ['test/cli/bench/sparing.mjs', 'W2 decode', ['W2 decode']],
  [ADAPTER, 'W3', ['W3 decode', 'W3 encode', 'W3 encodeInto', 'W3 decode after W2']],
])('%s is measured at what it supports', (target, only, figures) => {
  const { status, saved } = measured([target], only)
  expect(Object.keys(saved.figures).sort()).toEqual([...figures].sort())
  expect(status).toBe(0)
})

test('a target only gets packets that it declares it reads', () => {
  const { status, stdout, saved } = measured(['test/cli/bench/client.mjs'], 'W2 decode')
  expect(stdout).toContain(
    'Packets that the target does not read, according to its declaration, are left out.',
  )
  expect(saved.jobs['W2 decode']?.leftOut).toBeGreaterThan(0)
  expect(status).toBe(0)
  const { stderr } = bench('test/cli/bench/client.mjs', '--only', 'W4')
  expect(stderr).toContain('--only: nothing matches w4; choose from W1, W2, W3, W5, W6, W7, W8, linearity')
})

describe('a process', () => {
  test('is measured against an mqtt-wire process', () => {
    const gate = written('process.json', { atLeast: { 'W7 decode': 0.5 } })
    const { status, stdout, stderr, saved } = measured(['--exec', OUR_PROCESS], 'W7', '--gate', gate)
    expect(stderr).toBe('')
    expect(stdout).toContain('Both times include the pipe')
    expect(stdout).toContain('all bounds hold')
    expect(Object.keys(saved.figures)).toEqual(['W7 decode'])
    expect(status).toBe(0)
  })

  test('is reported as wrong', () => {
    const command = `sh -c 'echo ready; while read -r line; do test "$line" = open || echo refused "no: thanks"; done'`
    const { status, stdout } = bench('--exec', command, '--quick', '--only', 'W3')
    expect(stdout).toContain('decode: packet 1 (puback): refused no: thanks.')
    expect(status).toBe(1)
  })

  test('that dies is reported as wrong', () => {
    const { status, stdout } = bench(
      '--exec',
      'echo ready; read -r line; echo oh no >&2; exit 3',
      '--quick',
      '--only',
      'W3',
    )
    expect(stdout).toMatch(/packet 1 \(puback\): the process ended: exit status 3; standard error: oh no/)
    expect(status).toBe(1)
  })
})

test.each([[[FULL_SPEED]], [['--exec', OUR_PROCESS]]])(
  'SIGINT ends it and keeps what was measured: %j',
  async (target) => {
    const json = path('stopped.json')
    const child = spawn(
      process.execPath,
      [MAIN, 'bench', ...target, '--only', 'W6 decode,W7,W8', '--json', json],
      {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    await expect.poll(() => stdout, { timeout: 60_000 }).toContain('W6: ')
    child.kill('SIGINT')
    const start = performance.now()
    const [status] = await once(child, 'exit')
    expect(performance.now() - start).toBeLessThan(10_000) // two seconds on an idle machine
    expect(status).toBe(0)
    expect(stdout).toContain('Stopped early: the rest was not measured.')
    const saved = JSON.parse(readFileSync(json, 'utf8')) as Saved
    expect(saved.isWhole).toBe(false)
    expect(saved.figures['W6 decode']).toBeGreaterThan(0)
  },
)

describe('rivals', () => {
  test('are measured if the project has them installed', () => {
    const project = path('project')
    cpSync(join(ROOT, 'mqtt-packet'), join(project, 'node_modules/mqtt-packet'), { recursive: true })
    writeFileSync(
      join(project, 'node_modules/mqtt-packet/index.js'),
      `import mqttPacket from '${new URL('../../../dist/mqtt-packet/index.js', import.meta.url)}'
export default mqttPacket
`,
    )
    mkdirSync(join(project, 'src'))
    const args = [
      MAIN,
      'bench',
      join(ROOT, ADAPTER),
      '--quick',
      '--only',
      'W3 encode',
      '--rivals',
      'mqtt-packet',
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: join(project, 'src'),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^mqtt-packet +\d+ ns +\d\.\d\d$/m)
    expect(status).toBe(0)
  })

  test('are reported as missing if not', () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [MAIN, 'bench', join(ROOT, ADAPTER), '--rivals', 'mqtts'],
      {
        cwd: DIRECTORY,
        encoding: 'utf8',
      },
    )
    expect(stderr).toContain('--rivals: mqtts is not installed; run npm install --save-dev mqtts')
    expect(status).toBe(2)
  })
})

describe('invalid arguments', () => {
  const INVALID = written('invalid.json', '{')
  const UNKNOWN = written('unknown.json', { atLeast: { 'W9 decode': 1 } })
  const ZERO = written('zero.json', { atLeast: { 'W1 decode': 0 } })
  const OTHER = written('other.json', { least: {} })
  const LIST = written('list.json', [])
  const MOST = written('most.json', { atMost: { 'W1 decode': 1 } })
  const NO_FUNCTION = written(
    'no-function.mjs',
    'export const open = () => () => {}\nexport const encode = true',
  )
  const LEAVES = written('leaves.mjs', 'process.exit(3)')
  // biome-ignore format: one row per mistake
  test.each([
    [[], 'one TARGET'],
    [['a.mjs', 'b.mjs'], 'one TARGET'],
    [['a.mjs', '--exec', 'true'], 'one TARGET'],
    [['nowhere.mjs'], 'nowhere.mjs does not exist'],
    [['mqtt://127.0.0.1:1883'], "pass the broker's decoder as a module, or as a process with --exec"],
    [['README.md'], 'cannot load'],
    [['test/fuzz/broken/wrapped.mjs'], 'exports neither open nor accepts'],
    [['test/fuzz/broken/says-yes.mjs'], 'bench needs open'],
    [[NO_FUNCTION], 'exports encode, which is not a function'],
    [[LEAVES], 'cannot be used: the process ended with exit status 3'],
    [['--exec', 'echo hello'], 'must write "ready" first; it wrote "hello"'],
    [['--exec', `echo 'ready {"verdictsOnly":true}'`], 'bench needs decoded packets'],
    [['--exec', "echo ready; while read -r line; do echo hello; done", '--only', 'W3'], 'it wrote "hello": expected packet, more'],
    [['--exec', 'true', '--rivals', 'mqtts'], '--rivals cannot be combined with --exec'],
    [[ADAPTER, '--rivals', 'mqttjs'], '--rivals: mqttjs is not one of mqtt-packet'],
    [[ADAPTER, '--declare', 'package.json'], 'name is not one of role'],
    [[ADAPTER, '--only', 'W3,W9'], '--only: nothing matches w9; choose from W1'],
    [[ADAPTER, '--update'], '--update requires --gate FILE'],
    [[ADAPTER, '--gate', path('nowhere.json')], 'the file does not exist; add --update to create it'],
    [[ADAPTER, '--gate', path('nowhere/gate.json'), '--update'], '--gate: ENOENT'],
    [[ADAPTER, '--gate', INVALID], 'JSON'],
    [[ADAPTER, '--gate', UNKNOWN], 'atLeast: unknown figure "W9 decode"; atLeast takes ratios such as'],
    [[ADAPTER, '--gate', MOST], 'atMost: unknown figure "W1 decode"'],
    [[ADAPTER, '--gate', ZERO], 'W1 decode must be a number above 0, not 0'],
    [[ADAPTER, '--gate', OTHER], 'unknown key least; expected atLeast, onNode or atMost'],
    [[ADAPTER, '--gate', LIST], 'expected an object such as'],
    [[ADAPTER, '--compare', INVALID], '--compare: '],
    [[ADAPTER, '--compare', UNKNOWN], 'has no results; create it with --json FILE'],
    [[ADAPTER, '--json', path('nowhere/results.json')], '--json: ENOENT'],
    [[ADAPTER, '--chart', '.'], '--chart: '],
    [[ADAPTER, '--wat'], '--wat'],
  ])('%j', (args, message) => {
    const { status, stdout, stderr } = bench(...args, '--quick')
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^mqtt-wire: [^\n]+\n$/)
    expect(status).toBe(2)
    expect(stdout).not.toContain('×  ')
    expect(existsSync(path('nowhere.json'))).toBe(false)
  })
})
