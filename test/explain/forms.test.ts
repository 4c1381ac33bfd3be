// Every form of input, produced by the real tools if there are any.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { recognize } from '../../src/explain/forms/recognize.ts'
import { InputError, type ReadInput, readInput } from '../../src/explain/index.ts'
import { encode } from '../../src/index.ts'
import { caught } from '../support/malformed.ts'

const STREAM = Buffer.concat([
  encode({ type: 'connect', clientId: 'c', username: 'u', password: 's"\\\'<>|*' }),
  encode({ type: 'publish', topic: 'a/é', payload: Buffer.alloc(70), qos: 1, packetId: 7 }),
  encode({ type: 'publish', topic: 'a', payload: Buffer.from([10, 0, 255, 0x30, 0x78]) }),
  encode({ type: 'pingreq' }),
])
const ODD = STREAM.subarray(0, -1)
const hex = STREAM.toString('hex')

const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-forms-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

const isInstalled = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined

/** The output of a tool for a stream of bytes; undefined if it is not installed. */
function printed(command: string, bytes: Uint8Array): string | undefined {
  const [tool = '', ...args] = command.split(' ')
  if (!isInstalled(tool)) {
    if (process.env.CI) throw new Error(`${tool} is not installed`)
    console.log(`skipped: ${tool} is not installed`)
    return undefined
  }
  const file = join(DIRECTORY, 'bytes.bin')
  writeFileSync(file, bytes)
  return spawnSync(tool, [...args, file], { encoding: 'utf8' }).stdout
}

const bytesOf = ({ chunks }: ReadInput): Buffer => Buffer.concat(chunks.map(({ bytes }) => bytes))

/** Reads text in pieces of equal size. */
function inPieces(text: Uint8Array, size: number): Buffer {
  const form = recognize(text, true)!
  const reader = form.open()
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    reader.push(text.subarray(index * size, (index + 1) * size)),
  )
  return Buffer.concat([...chunks.flat(), ...reader.end()].map(({ bytes }) => bytes))
}

function check(text: string, form: string, expected: Uint8Array): void {
  const input = readInput(text)
  expect(input.form).toBe(form)
  expect(bytesOf(input).toString('hex')).toBe(Buffer.from(expected).toString('hex'))
  for (const size of [1, 7, 64]) expect(inPieces(Buffer.from(text), size).equals(expected)).toBe(true)
  expect(bytesOf(readInput(text.replaceAll('\n', '\r\n'))).equals(expected)).toBe(true)
  expect(bytesOf(readInput(`\uFEFF\n${text}`)).equals(expected)).toBe(true)
}

// biome-ignore format: one row per command
describe.each([
  ['xxd', 'an xxd dump'], ['xxd -g 1', 'an xxd dump'], ['xxd -u -c 8', 'an xxd dump'], ['xxd -c 32 -g 4', 'an xxd dump'],
  ['xxd -e', 'an xxd dump'], ['xxd -b', 'an xxd dump'], ['xxd -p', 'hexadecimal text'], ['xxd -i', 'a C array'],
  ['hexdump -C', 'a hexdump -C dump'], ['hexdump', 'a hexdump dump'], ['hexdump -x', 'a hexdump dump'],
  ['hexdump -Cv', 'a hexdump -C dump'], ['hexdump -v', 'a hexdump dump'],
  ['od -t x1', 'an od dump'], ['od -A x -t x1', 'an od dump'], ['od -A x -t x1z', 'an od dump'], ['od -x', 'a hexdump dump'],
  ['od -A n -v -t x1', 'hexadecimal text'], ['base64', 'base64'], ['base64 -w 0', 'base64'],
])('%s', (command, form) => {
  test.each([['of an even length', STREAM], ['of an odd length', ODD], ['of one packet', STREAM.subarray(-2)]])('%s', (_, bytes) => {
    const text = printed(command, bytes)
    if (text !== undefined) check(text, form, bytes)
  })
})

const erlang = `<<${[...STREAM].join(',')}>>`
const each = (write: (byte: number) => string, between: string) => [...STREAM].map(write).join(between)
const two = (byte: number): string => byte.toString(16).padStart(2, '0')

// biome-ignore format: one row per form
test.each([
  ['digits', 'hexadecimal text', hex],
  ['capitals and colons', 'hexadecimal text', hex.toUpperCase().replace(/..(?=.)/g, '$&:')],
  ['dashes', 'hexadecimal text', hex.replace(/..(?=.)/g, '$&-')],
  ['spaces and line ends', 'hexadecimal text', hex.replace(/(..)(..)?/g, '$1 $2\n')],
  ['words', 'hexadecimal text', hex.replace(/.{8}/g, '$& ')],
  ['0x and commas', 'hexadecimal text', each((byte) => `0x${two(byte)}`, ', ')],
  ['0x and one digit', 'hexadecimal text', each((byte) => `0x${byte.toString(16)}`, ' ')],
  ['0x once', 'hexadecimal text', `0x${hex}`],
  ['\\x', 'hexadecimal text', each((byte) => `\\x${two(byte)}`, '')],
  ['a C array', 'a C array', `static const uint8_t packet[${STREAM.length}] = {\n${each((byte) => `0x${two(byte)}`, ', ')}\n};\n`],
  ['a C array of capitals', 'a C array', `{ ${each((byte) => `0X${two(byte).toUpperCase()}`, ',')}, }`],
  ['a slice in Go', 'a C array', `[]byte{${each((byte) => `0x${byte.toString(16)}`, ', ')}}`],
  ['a C array of decimal numbers', 'a C array', `{${each(String, ', ')}}`],
  ['an Erlang binary', 'an Erlang binary', erlang],
  ['an Erlang binary, printed in lines', 'an Erlang binary', erlang.replace(/(.{40},)/g, '$1\n  ')],
  ['an Erlang binary with text', 'an Erlang binary', `<<16#${each(two, ',16#')}>>`],
  ['a list', 'an array', `[${each(String, ', ')}]`],
  ['a list of digits in pairs', 'an array', `[${each(two, ', ')}]`],
  ['JSON', 'an array', JSON.stringify([...STREAM])],
  ['a Uint8Array', 'an array', inspect(new Uint8Array(STREAM), { maxArrayLength: null })],
  ['base64 for URLs', 'base64', STREAM.toString('base64url')],
  ['recorded', 'a recording', JSON.stringify({ bytes: hex })],
])('%s', (_, form, text) => check(text, form, STREAM))

test('a Buffer', () => {
  const few = STREAM.subarray(0, 40)
  check(inspect(few), 'a Node Buffer', few)
  expect(() => readInput(inspect(STREAM))).toThrow('a Node Buffer was printed in part')
})

test('an Erlang binary with text in it', () => {
  check(
    '<<16,14,0,4,"MQTT",4,2,0,60,0,2,"c1">>',
    'an Erlang binary',
    Buffer.from('100e00044d515454040 2003c00026331'.replace(' ', ''), 'hex'),
  )
  expect(() => readInput('<<16,14,0,4,77,81,84,84,4,2,0,60,0,...>>')).toThrow(
    'an Erlang binary was printed in part',
  )
})

test.each([
  ['Python', `b'0\\x07\\x00\\x03a/bhi'`],
  ['C', '"0\\a\\0\\003a/bhi"'],
  ['a shell', `$'0\\x07\\x0\\x03a/bhi'`],
])('a string literal of %s', (_, text) => {
  check(text, 'a string literal', Buffer.from('30070003612f626869', 'hex'))
})

test('the Python literal of any bytes', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const text = spawnSync('python3', ['-c', `print(bytes(range(256)))`], { encoding: 'utf8' })
  if (text.error !== undefined && !process.env.CI) return
  check(text.stdout, 'a string literal', every)
})

test('raw bytes with any chunking', () => {
  expect(readInput(STREAM)).toEqual({ form: 'raw bytes', chunks: [{ bytes: STREAM }] })
  for (let length = 1; length < STREAM.length; length++)
    expect(recognize(STREAM.subarray(0, length), false)?.name ?? 'raw bytes').toBe('raw bytes')
})

test('empty input', () => {
  expect(readInput('')).toEqual({ form: 'empty', chunks: [] })
})

describe('Wireshark', () => {
  const pcap = join(DIRECTORY, 'stream.pcap')

  /** Creates a capture of both directions from a dump. */
  function capture(): boolean {
    const dump = spawnSync('od', ['-Ax', '-tx1', '-v'], { input: STREAM, encoding: 'utf8' }).stdout
    const answer = spawnSync('od', ['-Ax', '-tx1', '-v'], {
      input: Buffer.from('20020000d000', 'hex'),
      encoding: 'utf8',
    }).stdout
    const both = `I\n${dump}\nO\n${answer}`
    return (
      spawnSync('text2pcap', ['-q', '-D', '-4', '10.0.0.1,10.0.0.2', '-T', '40000,1883', '-', pcap], {
        input: both,
      }).status === 0
    )
  }

  const isThere = isInstalled('tshark') && isInstalled('text2pcap') && capture()
  if (!isThere && process.env.CI) throw new Error('tshark and text2pcap are not installed')
  if (!isThere) console.log('skipped: tshark and text2pcap are not installed')

  const tshark = (...args: string[]): string =>
    spawnSync('tshark', ['-r', pcap, ...args], { encoding: 'utf8' }).stdout

  test.skipIf(!isThere)('-T fields -e tcp.payload', () => {
    const text = tshark('-T', 'fields', '-e', 'tcp.payload')
    check(text, 'hexadecimal text', Buffer.concat([STREAM, Buffer.from('20020000d000', 'hex')]))
  })

  test.skipIf(!isThere).each(['raw', 'hex'])('follow,tcp,%s', (mode) => {
    const input = readInput(tshark('-q', '-z', `follow,tcp,${mode},0`))
    expect(input.form).toBe('a stream that tshark followed')
    const of = (direction: string) =>
      Buffer.concat(input.chunks.filter((chunk) => chunk.direction === direction).map(({ bytes }) => bytes))
    expect([of('c2s'), of('s2c')].map((bytes) => bytes.toString('hex')).sort()).toEqual(
      ['20020000d000', hex].sort(),
    )
  })

  test.skipIf(!isThere)('-x: whole frames', () => {
    const { form, chunks } = readInput(tshark('-x'))
    expect(form).toBe('a Wireshark hex dump')
    expect(chunks.map(({ direction, bytes }) => [direction, Buffer.from(bytes).toString('hex')])).toEqual(
      expect.arrayContaining([
        ['c2s', hex],
        ['s2c', '20020000d000'],
      ]),
    )
    expect(chunks).toHaveLength(2)
  })

  test.skipIf(!isThere)('a capture needs tshark, and says so', () => {
    expect(() => readInput(readFileSync(pcap))).toThrow(/pcap or pcapng.*tshark -r FILE/)
  })

  // Like Wireshark's "Copy > …as Hex Dump" for the bytes of the packet.
  test('a hex dump', () => {
    const rows = Array.from({ length: Math.ceil(STREAM.length / 16) }, (_, row) => {
      const bytes = STREAM.subarray(row * 16, row * 16 + 16)
      const digits = [...bytes].map(two).join(' ').padEnd(47)
      const text = bytes.toString('latin1').replace(/[^ -~]/g, '.')
      return `${(row * 16).toString(16).padStart(4, '0')}   ${digits}   ${text}`
    })
    check(rows.join('\n'), 'a Wireshark hex dump', STREAM)
    check(rows.map((row) => row.slice(0, 54).trimEnd()).join('\n'), 'a Wireshark hex dump', STREAM)
  })
})

// biome-ignore format: one row per input
test.each([
  ['hello, world', /text in an unknown form: 'hello, world'; paste .* tshark -r FILE/],
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'this is HTTP, not MQTT'],
  ['c0 00 g0', "the hexadecimal text contains 'g'"],
  ['c0 0', 'the hexadecimal text has an odd number of digits'],
  ['{"bytes":"c000"}\n{"bytes":7}', "line 2 of the recording: bytes must be hexadecimal text, not 7"],
  ['{"bytes":"c000"}\nnull', "line 2 of the recording is not a JSON object: 'null'"],
  ['{"bytes":"c000","connection":["a"]}', 'line 1 of the recording: connection must be text, not an array'],
  ['{"bytes":"c000","direction":"up"}', "line 1 of the recording: direction must be 'c2s' or 's2c', not 'up'"],
  ['{"bytes":"c000","milliseconds":"1"}', "line 1 of the recording: milliseconds must be a number, not '1'"],
  ['{"bytes":"c000"}\n{"connection":"\u001b[2J', /line 2 of the recording is not a JSON object: '\{"connection":"\\u\{1b\}/],
  ['00000000: 30070003 612f\n00000008: 6268', 'line 2 of the xxd dump starts at 00000008, where byte 6 should be'],
  ['00000000: 30070003 612f\nand so on', "line 2 of the xxd dump does not have this format: 'and so on'"],
  ['[48, 7, 300]', "an array contains '300', which is not a byte"],
  ['{0x30, 0x07', 'a C array has no } at its end'],
  ['{0x30, seven}', "a C array contains 's'"],
  ['"\\x30\\q"', "the string literal contains '\\\\q'"],
  ['"\\x30', 'the string literal has no " at its end'],
  ['MAcAA2E', /./],
  ['MAcAA2EvYmhp!', /./],
])('%j is refused', (text, message) => {
  const error = caught(() => readInput(text))
  if (text === 'MAcAA2E') return expect(error).toBeUndefined()
  expect(error).toBeInstanceOf(InputError)
  expect((error as Error).message).toMatch(message)
  expect((error as Error).message).not.toMatch(/[\p{Cc}]/u)
})
