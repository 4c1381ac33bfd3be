// decode --json and encode are inverse.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { packetFromJson, packetToJson } from '../../src/cli/json.ts'
import { encode, type Packet, type PacketInput } from '../../src/index.ts'
import { packet } from '../support/arbitraries.ts'
import { run } from '../support/command.ts'
import { bytesOf } from '../support/vectors.ts'
import { corpus } from '../vectors/corpus.ts'

const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-encode-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

/** The packet after conversion to JSON and back. */
const throughJson = (original: Packet): PacketInput =>
  packetFromJson(JSON.parse(JSON.stringify(packetToJson(original, {})))) as PacketInput

test('every packet', () => {
  fc.assert(
    fc.property(packet, (original) => {
      expect(encode(throughJson(original)).equals(encode(original))).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test('every byte value in a payload', () => {
  for (let byte = 0; byte < 256; byte++) {
    const original = {
      type: 'publish',
      topic: 'a',
      payload: Uint8Array.of(0x61, byte),
      qos: 0,
      dup: false,
      retain: false,
    } as Packet
    expect(encode(throughJson(original)).equals(encode(original))).toBe(true)
  }
})

/** All valid packets of the corpus that a strict parser accepts and the encoder writes, as one stream. */
const stream = Buffer.concat(
  corpus.valid.filter(({ readOnly, options }) => !readOnly && !options).map(({ hex }) => bytesOf(hex)),
)

test('the corpus', () => {
  const { stdout, status, stderr } = run(['decode', '--json', '-'], stream)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const { bytes, ...result } = run(['encode'], stdout)
  expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' })
  expect(bytes.equals(stream)).toBe(true)
})

test('the recorded session, with the source of each packet', () => {
  const { lines } = run(['decode', '--json'])
  expect(lines).toHaveLength(41)
  expect(JSON.parse(lines[0]!)).toMatchObject({
    milliseconds: 51.13,
    connection: 'thermostat',
    direction: 'c2s',
    type: 'connect',
    clientId: 'thermostat-7',
    password: 'grün & geheim',
  })
  expect(run(['encode', '-'], lines.join('\n')).bytes.length).toBe(100_758)
})

test('tolerated packets are encoded with the same tolerance', () => {
  const bytes = Buffer.from('40020000', 'hex')
  const { stdout } = run(['decode', '--json', '--tolerate', 'packet-identifier-zero', '-'], bytes)
  expect(run(['encode', '--tolerate', 'packet-identifier-zero'], stdout).bytes.equals(bytes)).toBe(true)
  expect(run(['encode'], stdout)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('line 1: PUBACK packetId must be'),
  })
})

test('packets written by hand, as hexadecimal text', () => {
  const lines = ['{"type":"publish","topic":"a","payload":{"hex":"00fF"}}', '', '{"type":"pingreq"}\r']
  const path = join(DIRECTORY, 'packets.ndjson')
  writeFileSync(path, lines.join('\n'))
  expect(run(['encode', '--hex', path])).toMatchObject({
    status: 0,
    stderr: '',
    stdout: '300500016100ff\nc000\n',
  })
})

describe('mistakes', () => {
  // biome-ignore format: one row per mistake
  test.each([
    ['{"type":"pingreq"}\n{', 'standard input: line 2 is not JSON'],
    ['7', 'standard input: line 1 is not a JSON object'],
    ['{}', 'standard input, line 1: type must be'],
    ['{"type":"publish","topic":"a","payload":{"hex":"0"}}', 'line 1: PUBLISH payload must be'],
    ['{"type":"publish","topic":"a","payload":""}\n{"type":"publish","topic":"a#","payload":""}', "line 2: PUBLISH topic must not contain"],
    ['{"type":"pingreq","\\u001b[2J":1}', 'is an unknown field'],
    ['{"type":"connect","clientId":"c","will":7}', 'line 1: CONNECT will'],
  ])('%j', (input, message) => {
    const { status, stderr } = run(['encode'], input)
    expect(status).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u)
  })

  test('a missing file', () => {
    expect(run(['encode', 'no-such-file'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no such file'),
    })
    expect(run(['encode', 'a', 'b']).status).toBe(2)
  })
})
