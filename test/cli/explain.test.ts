import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { encode } from '../../src/index.ts'
import { MAIN, run } from '../support/command.ts'

const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-explain-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(DIRECTORY, name)
  writeFileSync(path, content)
  return path
}

const MALFORMED = '3207 0003 612f23 0007 c000'

// biome-ignore format: as it looks
const DUMP = `PUBLISH malformed, byte 0, 9 bytes
                                Fixed header §3.3.1
    0  32                       Type and flags        PUBLISH, QoS 1  §2.2
       0011 ....                 Control Packet type  3: PUBLISH
       .... 0...                 DUP flag             sent for the first time
       .... .01.                 QoS level            QoS 1: at least once
       .... ...0                 RETAIN               not retained
    1  07                       Remaining Length      7 bytes follow  §2.2.3
                                Variable header §3.3.2
    2  00 03 61 2f 23           Topic Name            'a/#'  §3.3.2.1
                   ^^           a topic name must not contain wildcards, found
                                'a/#' [MQTT-3.3.2-2]
    7  00 07                    Unread                2 bytes not read  §2.2.3
  wildcard-in-topic-name, byte 6 of the packet: close the connection

2 bytes after the malformed packet were not read.

the argument: hexadecimal text, 1 packet in 11 bytes, not valid.
`

test('a malformed packet, with the error at its position', () => {
  expect(run(['explain', MALFORMED], '', { COLUMNS: '80' })).toMatchObject({
    status: 1,
    stderr: '',
    stdout: DUMP,
  })
})

test.each([80, 100, 112, 120])('no line is wider than %d columns', (width) => {
  const session = join('test/fixtures/session.ndjson')
  const { lines, status } = run(['explain', session], '', { COLUMNS: String(width) })
  expect(status).toBe(0)
  const rows = lines.slice(0, -2).filter((line) => line.startsWith(' '))
  expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(width)
  expect(lines.some((line) => line.length > width - 12)).toBe(true)
})

test('the output in README.md', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, args = '', shown] = /```\n\$ npx mqtt-wire explain ([\da-f ]+)\n(.*?)```/s.exec(readme) ?? []
  expect(run(['explain', ...args.split(' ')], '', { COLUMNS: '80' }).stdout).toBe(shown)
})

describe('input', () => {
  const path = file('ping.hex', 'c0 00\n')

  // biome-ignore format: one row per way
  test.each([
    [['c000'], '', 'the argument: hexadecimal text, 1 packet in 2 bytes, all valid.'],
    [['c0', '00'], '', 'the argument: hexadecimal text, 1 packet in 2 bytes, all valid.'],
    [['wAA='], '', 'the argument: base64, 1 packet in 2 bytes, all valid.'],
    [[path], '', 'ping.hex: hexadecimal text, 1 packet in 2 bytes, all valid.'],
    [['-'], 'c000', 'standard input: hexadecimal text, 1 packet in 2 bytes, all valid.'],
    [[], Buffer.from('c000', 'hex'), 'standard input: raw bytes, 1 packet in 2 bytes, all valid.'],
    [[], '00000000: c000  ..\n', 'standard input: an xxd dump, 1 packet in 2 bytes, all valid.'],
    [[], '', 'standard input: empty.'],
  ])('%j %j', (args, input, summary) => {
    const { status, stderr, lines } = run(['explain', ...args], input)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(lines.at(-1)).toContain(summary)
  })

  // biome-ignore format: one row per input
  test.each([
    [['no-such-file'], '', /^mqtt-wire: no-such-file: there is no such file, and this is text in an unknown form/],
    [['src'], '', 'mqtt-wire: src: this is a directory'],
    [['-'], 'hello, world', 'mqtt-wire: standard input: this is text in an unknown form'],
    [['-'], 'GET / HTTP/1.1\r\n\r\n', 'mqtt-wire: standard input: this is HTTP, not MQTT'],
    [['-'], '{"bytes":"c000"}\n{"bytes":1}', 'line 2 of the recording: bytes must be hexadecimal text, not 1'],
    [['a\u001b[2Jb'], '', 'mqtt-wire: a\\u001b[2Jb: there is no such file'],
  ])('%j %j is refused', (args, input, message) => {
    const { status, stderr } = run(['explain', ...args], input)
    expect(status).toBe(1)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toMatch(/[\p{Cc}]/u)
  })

  test('both directions of a connection, each by its own rules', () => {
    const lines = [
      { direction: 'c2s', bytes: '20020000' },
      { direction: 's2c', bytes: '20020000' },
    ].map((line) => JSON.stringify({ connection: 'a\u001b', milliseconds: 1, ...line }))
    const { stdout, status } = run(['explain', '-'], lines.join('\n'))
    expect(status).toBe(1)
    expect(stdout).toContain('1.00 ms a\\u001b → CONNACK malformed')
    expect(stdout).toContain('1.00 ms a\\u001b ← CONNACK, byte 0, 4 bytes')
  })
})

// biome-ignore format: one row per option
test.each([
  [['--role', 'server', '20020000'], 1, 'the peer may not send this packet type'],
  [['--tolerate', 'packet-identifier-zero', '40020000'], 0, 'tolerated: a packet identifier must not be 0'],
  [['--tolerate', 'packet-identifier-zero:puback+pubrec', '40020000'], 0, 'tolerated: a packet identifier must not be 0'],
  [['--tolerate', 'packet-identifier-zero:pubrec', '40020000'], 1, 'PUBACK malformed'],
  [['--protocols', '3.1.1', '100f00064d51497364700302003c000163'], 1, '[MQTT-3.1.2-2]'],
  [['--max-packet-size', '3', '40020007'], 1, 'the packet is larger than the receiver accepts'],
])('%j', (args, status, text) => {
  const result = run(['explain', ...args])
  expect(result.status).toBe(status)
  expect(result.stdout).toContain(text)
})

// biome-ignore format: one row per mistake
test.each([
  [['--role', 'broker']], [['--tolerate', 'anything']], [['--protocols', '5']], [['--max-packet-size', 'x']], [['--wat']], [['--role']],
])('%j is refused', (args) => {
  expect(run(['explain', ...args, 'c000'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^mqtt-wire: .*\n$/) })
})

describe('colors', () => {
  // biome-ignore format: one row per environment
  test.each([
    [{}, false], [{ NO_COLOR: '1' }, false], [{ FORCE_COLOR: '1' }, true], [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%j', (env, isColored) => {
    const { stdout, stderr } = run(['explain', MALFORMED], '', { COLUMNS: '80', ...env } as NodeJS.ProcessEnv)
    expect(stdout.includes('\u001b[')).toBe(isColored)
    expect(stderr).toBe('')
    // Without the colors, the text is the same.
    expect(stripVTControlCharacters(stdout).replace(/ +$/gm, '')).toBe(DUMP)
  })

  test("on a terminal, with the terminal's width", () => {
    const printed = onTerminal(['explain', MALFORMED])
    if (printed === undefined) return console.log('skipped: script is not installed')
    expect(printed).toContain('\u001b[1;31m')
    expect(stripVTControlCharacters(printed).replaceAll('\r', '').replace(/ +$/gm, '')).toContain(DUMP)
  })
})

/** The output of the command on a terminal; undefined if `script`, which creates one, is not installed. */
function onTerminal(args: readonly string[]): string | undefined {
  const output = join(DIRECTORY, 'typescript')
  const command = ['stty', 'cols', '80', ';', process.execPath, MAIN, ...args].join(' ')
  const env = { PATH: process.env.PATH, TERM: 'xterm' }
  const { error } = spawnSync('script', ['-qec', command, output], {
    env,
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  return error === undefined ? readFileSync(output, 'utf8') : undefined
}

test('a long payload is shown in part, and in full with --full', () => {
  const whole = encode({ type: 'publish', topic: 'a', payload: Buffer.alloc(1_000, 9) }).toString('hex')
  const part = run(['explain', whole], '', { COLUMNS: '80' }).stdout
  const full = run(['explain', '--full', whole], '', { COLUMNS: '80' }).stdout
  expect(part).toContain('… 968 more bytes')
  expect(full.match(/ 09(?= |$)/gm)).toHaveLength(1_000)
})

test('an error deep in a long field is shown', () => {
  const whole = Buffer.from(encode({ type: 'publish', topic: 'a'.repeat(1_000), payload: '' }))
  whole[900] = 0x23
  const { stdout } = run(['explain', whole.toString('hex')], '', { COLUMNS: '80' })
  const lines = stdout.split('\n')
  const caret = lines.findIndex((line) => line.includes('^^'))
  expect(lines[caret - 1]!.slice(lines[caret]!.indexOf('^^')).slice(0, 2)).toBe('23')
})

test('--json: one packet per line, with bytes in hexadecimal', () => {
  const { stdout, status } = run(['explain', '--json', `c000${MALFORMED}`])
  const [ping, publish, rest] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(status).toBe(1)
  expect(ping).toMatchObject({ type: 'pingreq', verdict: 'valid', packet: { type: 'pingreq' } })
  expect(publish).toMatchObject({
    type: 'publish',
    verdict: 'malformed',
    fault: { code: 'wildcard-in-topic-name', offset: 8 },
  })
  expect(publish.fields.at(-1)).toMatchObject({ kind: 'unread', bytes: '0007' })
  expect(rest).toEqual({ unreadLength: 2 })
})

test('a stream is explained as it arrives', async () => {
  const child = spawn(process.execPath, [MAIN, 'explain', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.write(Buffer.from('c000', 'hex'))
  const [first] = await once(child.stdout, 'data')
  expect(String(first)).toContain('PINGREQ')
  await setTimeout(50)
  child.stdin.end(Buffer.from('d000', 'hex'))
  const [status] = await once(child, 'exit')
  expect(status).toBe(0)
})

test('control characters from a peer are not printed to the terminal', () => {
  const hostile = '\u001b[2J\u0007\u009b31m\u202eabc\u2066\u{e0041}'
  const packets = Buffer.concat([
    encode({ type: 'publish', topic: hostile, payload: hostile }),
    encode({
      type: 'connect',
      clientId: hostile,
      username: hostile,
      will: { topic: hostile, payload: hostile },
    }),
    Buffer.from(encode({ type: 'publish', topic: `${hostile}x`, payload: '' })).fill('#', 20, 21),
  ])
  for (const args of [
    ['explain', '-'],
    ['explain', '--json', '-'],
    ['decode', '--json', '-'],
    ['decode', '-'],
  ]) {
    const { stdout, stderr } = run(args, packets)
    expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
})

describe('a capture', () => {
  const od = (bytes: Uint8Array): string =>
    spawnSync('od', ['-A', 'x', '-t', 'x1', '-v'], { input: bytes, encoding: 'utf8' }).stdout
  const client = encode({ type: 'publish', topic: 'a', payload: Buffer.alloc(500, 7) })
  const parts = [
    ['I', encode({ type: 'connect', clientId: 'c' })],
    ['O', encode({ type: 'connack', returnCode: 0 })],
    ['I', client.subarray(0, 100)],
    ['I', client.subarray(100)],
  ] as const
  const dump = parts.map(([direction, bytes]) => `${direction}\n${od(bytes)}\n`).join('')

  /** A capture of one connection on these ports; undefined if the tools are not installed. */
  function captured(name: string, ports: string, ...options: string[]): string | undefined {
    const path = join(DIRECTORY, name)
    const args = ['-q', '-D', '-4', '10.0.0.1,10.0.0.2', '-T', ports, ...options, '-', path]
    const { error } = spawnSync('text2pcap', args, { input: dump })
    if (error !== undefined && process.env.CI) throw error
    if (error !== undefined) console.log('skipped: text2pcap and tshark are not installed')
    return error === undefined ? path : undefined
  }

  test.each([
    ['on the port of MQTT', 'a.pcapng', '40000,1883'],
    ['on another port', 'b.pcapng', '40000,12345'],
    ['in the old format', 'c.pcap', '40000,1883', '-F', 'pcap'],
  ])('%s, as a file and from standard input', (_, name, ports, ...options) => {
    const path = captured(name, ports, ...options)
    if (path === undefined) return
    for (const { status, lines, stderr } of [
      run(['decode', path]),
      run(['decode', '-'], readFileSync(path)),
    ]) {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(lines.map((line) => /([→←] {2}[A-Z]+)/.exec(line)?.[1]).slice(0, 3)).toEqual([
        '→  CONNECT',
        '←  CONNACK',
        '→  PUBLISH',
      ])
      expect(lines.at(-1)).toContain('a capture file, 3 packets')
    }
  })

  test('without tshark', () => {
    const path = captured('d.pcapng', '40000,1883')
    if (path === undefined) return
    expect(run(['decode', path], '', { PATH: DIRECTORY })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/requires tshark, which is not installed; .*tshark -r FILE/),
    })
  })

  test('without MQTT', () => {
    if (captured('f.pcapng', '40000,80') === undefined) return
    const other = join(DIRECTORY, 'g.pcapng')
    spawnSync('text2pcap', ['-q', '-T', '40000,80', '-', other], { input: od(Buffer.from('GET / HTTP/1.1')) })
    expect(run(['decode', other])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no TCP stream of this capture is MQTT'),
    })
  })

  test('that is truncated', () => {
    const path = captured('e.pcapng', '40000,1883')
    if (path === undefined) return
    const { status, stderr } = run(['decode', '-'], readFileSync(path).subarray(0, 300))
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('tshark: ') })
  })
})
