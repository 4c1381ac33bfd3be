import { describe, expect, test } from 'vitest'
import { readPacket } from '../src/decode.ts'
import { DecodeError, decode, encode, type Packet, type Publish } from '../src/index.ts'
import { settingsFrom } from '../src/options.ts'
import { Reader } from '../src/wire/reader.ts'
import { bytes, join } from './support/bytes.ts'

const PUBACK = bytes('40 02 0001')

test('exactly one packet', () => {
  expect(decode(PUBACK)).toEqual({ type: 'puback', packetId: 1 })
  expect(() => decode(join(PUBACK, PUBACK))).toThrow(
    expect.objectContaining({ code: 'trailing-bytes', offset: 4, packetType: 'puback' }),
  )
  expect(() => decode(bytes("30 04 0003 'a' c0"))).toThrow(
    expect.objectContaining({ code: 'body-too-short', field: 'Topic Name' }),
  )
  expect(() => decode(new Uint8Array(0))).toThrow(
    expect.objectContaining({ code: 'incomplete-packet', offset: 0, packetType: undefined }),
  )
})

test('a view that does not start at the start of its memory', () => {
  const memory = join(bytes('ffff'), bytes("30 07 0003 'a/b' 'hi'"), bytes('ffff'))
  const packet = decode(memory.subarray(2, 11)) as Publish
  expect(packet.topic).toBe('a/b')
  expect(packet.payload.byteOffset).toBe(9)
  expect(packet.payload.buffer).toBe(memory.buffer)
})

test('shared memory', () => {
  const memory = new Uint8Array(new SharedArrayBuffer(9))
  memory.set(bytes("30 07 0003 'a/b' 'hi'"))
  expect(decode(memory)).toMatchObject({ topic: 'a/b', payload: new Uint8Array([0x68, 0x69]) })
})

test('a topic of 65,535 bytes, and a payload at each step of Remaining Length', () => {
  const longest = `${'é'.repeat(32_767)}x`
  expect(decode(encode({ type: 'publish', topic: longest, payload: '' }))).toMatchObject({ topic: longest })
  for (const remainingLength of [127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const whole = encode({
      type: 'publish',
      topic: 'a',
      payload: new Uint8Array(remainingLength - 3).fill(7),
    })
    const { payload } = decode(whole) as Publish
    expect(payload.length).toBe(remainingLength - 3)
    expect(payload.at(-1)).toBe(7)
  }
})

test('a limit on levels counts only the levels of the topic, up to the maximum', () => {
  const whole = encode({ type: 'publish', topic: 'a/b', payload: '/c' })
  expect(decode(whole, { maxTopicLevels: 2 })).toMatchObject({ topic: 'a/b' })
  const most = encode({ type: 'publish', topic: '/'.repeat(65_535), payload: '' })
  expect(decode(most, { maxTopicLevels: 65_536 })).toMatchObject({ type: 'publish' })
  expect(() => decode(most, { maxTopicLevels: 65_535 })).toThrow(
    expect.objectContaining({ code: 'too-many-topic-levels', offset: 4 + 2 + 65_534 }),
  )
})

test.each(['c0', 7, null, undefined, {}, new ArrayBuffer(2), new Int8Array(2)])(
  '%j is not bytes',
  (value) => {
    expect(() => decode(value as unknown as Uint8Array)).toThrow(TypeError)
  },
)

describe('errors', () => {
  test('are DecodeErrors with all their properties', () => {
    let error: unknown
    try {
      decode(bytes("30 05 0003 'a/#'"))
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(DecodeError)
    expect(error).toMatchObject({
      name: 'DecodeError',
      message:
        "PUBLISH Topic Name: a topic name must not contain wildcards, found 'a/#' [MQTT-3.3.2-2] (byte 6)",
      code: 'wildcard-in-topic-name',
      rule: 'MQTT-3.3.2-2',
      packetType: 'publish',
      field: 'Topic Name',
      offset: 6,
      streamOffset: undefined,
      action: 'close',
    })
  })
})

test.each([0, 15])('a packet of type %i with an unvalidated fixed header is an internal error', (type) => {
  const reader = new Reader(Uint8Array.of(type << 4, 0), settingsFrom(undefined))
  reader.enter(0, type << 4, 2, 2)
  expect(() => readPacket(reader)).toThrow(new TypeError('the packet type was not validated: undefined'))
})

test('every field of a packet is an own property, in a fixed order', () => {
  const keys = (packet: Packet): string[] => Object.keys(packet)
  const qos0 = decode(encode({ type: 'publish', topic: 'a', payload: '' }))
  const qos1 = decode(encode({ type: 'publish', topic: 'a', payload: '', qos: 1, packetId: 1 }))
  expect(keys(qos0)).toEqual(keys(qos1))
})
