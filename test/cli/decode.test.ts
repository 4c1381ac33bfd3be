import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { encode } from '../../src/index.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MAIN = join(ROOT, 'dist/cli/main.js')
const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-cli-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

function run(args: readonly string[], input: string | Uint8Array = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    maxBuffer: 2 ** 30,
    cwd: ROOT,
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr, lines: stdout.trimEnd().split('\n') }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(DIRECTORY, name)
  writeFileSync(path, content)
  return path
}

const PACKETS = [
  encode({
    type: 'connect',
    clientId: 'c',
    username: 'u',
    password: 'secret',
    will: { topic: 'w', payload: 'bye', qos: 1 },
  }),
  encode({ type: 'connack', returnCode: 0, sessionPresent: true }),
  encode({ type: 'subscribe', packetId: 3, subscriptions: [{ topicFilter: 'a/+', qos: 2 }] }),
  encode({ type: 'suback', packetId: 3, returnCodes: [2, 0x80] }),
  encode({ type: 'unsubscribe', packetId: 4, topicFilters: ['a/+'] }),
  encode({ type: 'publish', topic: 'a/é', payload: 'hello', qos: 1, packetId: 7, dup: true }),
  encode({ type: 'puback', packetId: 7 }),
  encode({ type: 'disconnect' }),
]
const RAW = Buffer.concat(PACKETS)
const SUMMARY = `8 packets in ${RAW.length} bytes, all re-encode to the same bytes.`

describe('the recorded session', () => {
  const { status, lines, stderr } = run(['decode'])

  test('is decoded completely, in the order of the recording', () => {
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(lines.at(-1)).toBe(
      `${join('test/fixtures/session.ndjson')}: a recording, 41 packets in 100,758 bytes, all re-encode to the same bytes.`,
    )
    expect(lines).toHaveLength(41 + 2)
    expect(lines[0]).toMatch(
      /^ +[\d.]+ ms {2}thermostat +→ {2}CONNECT +0000 {2}MQTT level 4, client identifier "thermostat-7", keep alive 1 s, will /,
    )
    expect(
      lines.filter((line) => line.includes(' ms ')).every((line) => /[→←] {2}[A-Z]+ +[01]{4}/.test(line)),
    ).toBe(true)
  })

  test('has every packet type of a session', () => {
    const types = new Set(lines.map((line) => /[→←] {2}([A-Z]+)/.exec(line)?.[1]))
    types.delete(undefined)
    expect([...types].sort()).toEqual(
      'CONNACK CONNECT DISCONNECT PINGREQ PINGRESP PUBACK PUBCOMP PUBLISH PUBREC PUBREL SUBACK SUBSCRIBE UNSUBACK UNSUBSCRIBE'.split(
        ' ',
      ),
    )
  })

  test('has packets that straddle its chunks', () => {
    const chunks = readFileSync(join(ROOT, 'test/fixtures/session.ndjson'), 'utf8').trim().split('\n')
    expect(chunks.length).toBeLessThan(41)
    expect(chunks.some((line) => JSON.parse(line).bytes.length > 60_000)).toBe(true)
  })
})

describe('every form of input', () => {
  const hex = RAW.toString('hex')
  test.each([
    ['raw', RAW],
    ['hex', hex],
    ['hex with spaces and line ends', hex.replace(/(..)(..)/g, '$1 $2\n')],
    ['hex with 0x and commas', hex.replace(/../g, '0x$&, ')],
    ['hex in capitals with colons', hex.toUpperCase().replace(/..(?=.)/g, '$&:')],
    [
      'a recording',
      `${JSON.stringify({ bytes: hex.slice(0, 100) })}\n${JSON.stringify({ bytes: hex.slice(100) })}`,
    ],
  ])('%s, as a file and from standard input', (name, content) => {
    const path = file(name, content)
    for (const { status, lines, stderr } of [run(['decode', path]), run(['decode', '-'], content)]) {
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(lines.at(-1)).toContain(SUMMARY)
      expect(lines.slice(0, 8).map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
        '1 byte 0 CONNECT 0000 MQTT level 4, client identifier "c", clean session, keep alive 0 s, will "w" "bye" (3 bytes) QoS 1, user name "u", password of 6 bytes',
        '2 byte 34 CONNACK 0000 return code 0, session present',
        '3 byte 38 SUBSCRIBE 0010 id 3, filters "a/+" QoS 2',
        '4 byte 48 SUBACK 0000 id 3, return codes 2 failure',
        '5 byte 54 UNSUBSCRIBE 0010 id 4, filters "a/+"',
        '6 byte 63 PUBLISH 1010 id 7, QoS 1, DUP, "a/é", payload "hello" (5 bytes)',
        '7 byte 78 PUBACK 0000 id 7',
        '8 byte 82 DISCONNECT 0000',
      ])
    }
  })

  test('larger than a chunk', () => {
    const large = Buffer.concat(Array.from({ length: 3_000 }, () => RAW))
    for (const content of [large, large.toString('hex'), large.toString('hex').replace(/../g, '0x$& ')]) {
      const { status, lines } = run(['decode', file('large', content)])
      expect(status).toBe(0)
      expect(lines.at(-1)).toContain(
        `24,000 packets in ${large.length.toLocaleString('en')} bytes, all re-encode to the same bytes`,
      )
    }
  })

  test.each([
    ['raw bytes', RAW],
    ['hexadecimal text', hex],
    ['a recording', JSON.stringify({ bytes: hex })],
  ])('%s, with the first byte in a separate chunk', async (_, content) => {
    const bytes = Buffer.from(content)
    const child = spawn(process.execPath, [MAIN, 'decode', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
    const printed = text(child.stdout)
    child.stdin.write(bytes.subarray(0, 1))
    await setTimeout(300)
    child.stdin.end(bytes.subarray(1))
    expect(await printed).toContain(SUMMARY)
  })

  test.each([
    ['hexadecimal text', hex],
    ['a recording', JSON.stringify({ bytes: hex })],
  ])('%s after a byte order mark', (_, content) => {
    expect(run(['decode', '-'], `\uFEFF${content}`)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining(SUMMARY),
    })
  })

  test('nothing at all', () => {
    expect(run(['decode', '-'])).toMatchObject({ status: 0, stderr: '' })
  })

  test('a Remaining Length that is not in its shortest form is reported, and is not an error', () => {
    const { status, stdout } = run(['decode', '-'], 'c08000 c000')
    expect(status).toBe(0)
    expect(stdout).toContain('(Remaining Length in 2 bytes)')
    expect(stdout).toContain('except 1 whose Remaining Length was not in its shortest form')
  })

  test('MQTT 3.1 and bridges are also read', () => {
    const old = encode({ type: 'connect', clientId: 'c', protocolLevel: 3 })
    const bridge = encode({ type: 'connect', clientId: 'c', bridge: true })
    const { status, stdout } = run(['decode', '-'], Buffer.concat([old, bridge]))
    expect(status).toBe(0)
    expect(stdout).toContain('MQIsdp level 3')
    expect(stdout).toContain('MQTT level 4, bridge')
  })
})

test('bits that MQTT 3.1 ignores are reported, and are not an error', () => {
  const recording = [
    ['c2s', '100f 0006 4d5149736470 03 02 003c 0001 63'],
    ['s2c', '2002 0100'],
    ['c2s', '8a06 0001 0001 61 00'],
  ].map(([direction, bytes], index) =>
    JSON.stringify({ milliseconds: index, connection: 'c', direction, bytes: bytes!.replaceAll(' ', '') }),
  )
  const { status, stdout, stderr } = run(['decode', '-'], recording.join('\n'))
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('(MQTT 3.1: encodes to 8206000100016100)')
  expect(stdout).toContain('except 2 with flags or fields that MQTT 3.1 ignores')
})

describe('bad input', () => {
  // biome-ignore format: one row per input
  test.each([
    ['a violation', '40020007 3005 0003 612f23', ["PUBLISH Topic Name: a topic name must not contain wildcards, found 'a/#' [MQTT-3.3.2-2] (byte 6)", 'code wildcard-in-topic-name, rule MQTT-3.3.2-2, field Topic Name', 'byte 6 of the packet, byte 10 of the stream', 'close the connection']],
    ['MQTT 5', '100e 0004 4d515454 05 02 003c 00 0001 63', ['[MQTT-3.1.2-2]', '5 is not supported, only', 'send CONNACK with return code 1, then close']],
    ['a packet that is cut off', 'c000 30', ['incomplete-packet', 'byte 1 of the packet, byte 3 of the stream']],
    ['a letter in hexadecimal text', `${'c000'.repeat(20)}c0o0`, ["the hexadecimal text contains 'o'"]],
    ['half a byte', '4002000', ['the hexadecimal text has an odd number of digits']],
    ['a recording of something else', '{"bytes":"zz"}', ["line 1 of the recording: bytes must be hexadecimal text, not 'zz'"]],
    ['a recording that is cut off', '{"bytes":"c000"}\n{"byt', ['line 2 of the recording is not a JSON object']],
  ])('%s', (_, input, messages) => {
    const { status, stderr } = run(['decode', '-'], input)
    expect(status).toBe(1)
    for (const text of ['mqtt-wire: standard input: ', ...messages]) expect(stderr).toContain(text)
  })

  test.each([
    ['a brace', '7b020007'],
    ['a brace and white space', '7b0a00'],
    ['a brace and a quotation mark', '7b2200'],
    ['a byte order mark', 'efbbbf00'],
    ['white space of Latin-1', 'a0203030'],
  ])('raw bytes that start with %s', (_, hex) => {
    expect(run(['decode', '-'], Buffer.from(hex, 'hex'))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/code reserved-flags, rule .*\n.*byte 0 of the stream/),
    })
  })

  test('shows the packets before the bad one', () => {
    const { stdout } = run(['decode', '-'], Buffer.from('40020007c0000000', 'hex'))
    expect(stdout).toContain('PUBACK')
    expect(stdout).toContain('2 packets in 8 bytes')
  })

  test('a missing file, and a directory', () => {
    expect(run(['decode', 'no-such-file'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('no such file'),
    })
    expect(run(['decode', 'src'])).toMatchObject({ status: 1, stderr: expect.stringContaining('directory') })
  })

  test.each([[['decode', '--wat']], [['decode', 'a', 'b']], [['wat']], [['toString']]])(
    '%j is refused',
    (args) => {
      expect(run(args)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(/^mqtt-wire: [^\n]+ \(see mqtt-wire help\)\n$/),
      })
    },
  )

  test('--help is not an error', () => {
    for (const args of [[], ['--help'], ['decode', '--help']]) {
      expect(run(args)).toMatchObject({
        status: 0,
        stderr: '',
        stdout: expect.stringContaining('mqtt-wire decode'),
      })
    }
  })

  test('--help is complete, because the package contains no other pages', () => {
    expect(run(['--help']).stdout).not.toContain('.md')
  })

  test('control characters from a peer are not printed to the terminal', () => {
    const hostile = '\u001b[2J\u0007\u009b31m\u202eabc\u2066\u{e0041}'
    const packets = [
      encode({ type: 'publish', topic: hostile, payload: hostile }),
      encode({ type: 'connect', clientId: hostile, username: hostile }),
    ]
    const { status, stdout } = run(['decode', '-'], Buffer.concat(packets))
    expect(status).toBe(0)
    expect(stdout).toContain('\\u001b[2J\\u0007\\u009b31m\\u202eabc\\u2066\\u{e0041}')
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

test('a reader that closes the pipe early is not an error', async () => {
  const path = file('endless', Buffer.concat(Array.from({ length: 20_000 }, () => RAW)))
  const child = spawn(process.execPath, [MAIN, 'decode', path], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += text
  })
  child.stdout.once('data', () => child.stdout.destroy())
  const [status] = await once(child, 'exit')
  expect(stderr).toBe('')
  expect(status).toBe(0)
})
