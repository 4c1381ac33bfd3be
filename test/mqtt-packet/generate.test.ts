import { describe, expect, test } from 'vitest'
import { decode, EncodeError } from '../../src/index.ts'
import mqttPacket, { createMqttPacket, generate, type Packet } from '../../src/mqtt-packet/index.ts'
import { bytesOf } from '../support/vectors.ts'
import { corpus } from '../vectors/corpus.ts'
import { eventsOf } from './events.ts'

const hexOf = (packet: object): string => generate(packet as Packet).toString('hex')
const PUBLISH = { cmd: 'publish', topic: 'a', payload: 'hi' }

// biome-ignore format: one row per packet
test.each([
  ['the defaults of CONNECT', { cmd: 'connect' }, '100c00044d51545404020000' + '0000'],
  ['CONNECT with only the version', { cmd: 'connect', protocolVersion: 3, clientId: 'c' }, '100f00064d514973647003020000' + '000163'],
  ['CONNECT with bytes for text', { cmd: 'connect', protocolId: Buffer.from('MQTT'), clientId: Buffer.from('c'), username: Buffer.from('u'), password: Buffer.from('p') }, '101300044d51545404c20000' + '000163000175000170'],
  ['CONNECT with a will without a payload', { cmd: 'connect', clientId: 'c', will: { topic: 't' } }, '101200044d51545404060000' + '000163000174' + '0000'],
  ['CONNACK 6', { cmd: 'connack', returnCode: 6, sessionPresent: false }, '20020006'],
  ['unknown fields', { ...PUBLISH, brokerId: 'x', nl: true, properties: {}, length: 99, brokerCounter: 1 }, '30050001616869'],
  ['bytes for the topic', { ...PUBLISH, topic: Buffer.from('a') }, '30050001616869'],
  ['null for the payload', { ...PUBLISH, payload: null }, '3003000161'],
  ['a missing payload', { cmd: 'publish', topic: 'a' }, '3003000161'],
  ['DUP and an identifier at QoS 0', { ...PUBLISH, dup: true, messageId: 7 }, '30050001616869'],
  ['identifier 0', { ...PUBLISH, qos: 1, messageId: 0 }, '320700016100006869'],
  ['a wildcard in a topic', { ...PUBLISH, topic: '#' }, '30050001236869'],
  ['SUBSCRIBE with QoS 128', { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'a', qos: 128 }] }, '8206000700016100'],
  ['SUBSCRIBE of aedes', { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: '+/#', qos: 1, nl: true, rap: true, rh: 0 }] }, '8208000700032b2f2301'],
  ['PUBREL with DUP', { cmd: 'pubrel', messageId: 7, dup: true }, '62020007'],
  ['UNSUBACK', { cmd: 'unsuback', messageId: 7, granted: [0] }, 'b0020007'],
])('%s', (_, packet, expected) => {
  expect(hexOf(packet)).toBe(expected)
})

test('parsed packets can be generated, and have the same bytes', () => {
  for (const { name, hex, options } of corpus.valid) {
    const { packets } = eventsOf([bytesOf(hex)])
    const [packet] = packets
    if (options !== undefined || packet === undefined) continue
    expect(decode(generate(packet)), name).toEqual(decode(bytesOf(hex)))
  }
})

const subscribe = (...subscriptions: object[]) => ({ cmd: 'subscribe', messageId: 7, subscriptions })

// biome-ignore format: one row per error
const ERRORS = [
  ['Unknown command', {}],
  ['Unknown command', { cmd: 'auth', reasonCode: 0 }],
  ['Invalid protocolId', { cmd: 'connect', protocolId: 42 }],
  ['Invalid protocol version', { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 1 }],
  ['clientId must be supplied before 3.1.1', { cmd: 'connect', protocolId: 'MQIsdp', protocolVersion: 3 }],
  ['clientId must be given if cleanSession set to 0', { cmd: 'connect', clean: false }],
  ['Invalid keepalive', { cmd: 'connect', clientId: 'c', keepalive: 65_536 }],
  ['Invalid will', { cmd: 'connect', clientId: 'c', will: 42 }],
  ['Invalid will topic', { cmd: 'connect', clientId: 'c', will: { topic: '', payload: 'x' } }],
  ['Invalid will payload', { cmd: 'connect', clientId: 'c', will: { topic: 't', payload: 42 } }],
  ['Invalid username', { cmd: 'connect', clientId: 'c', username: 42 }],
  ['Invalid password', { cmd: 'connect', clientId: 'c', username: 'u', password: 42 }],
  ['Username is required to use password', { cmd: 'connect', clientId: 'c', password: 'p' }],
  ['Invalid return code', { cmd: 'connack' }],
  ['Invalid topic', { cmd: 'publish', payload: 'x' }],
  ['Invalid topic', { ...PUBLISH, topic: 'x'.repeat(70_000) }],
  ['Invalid messageId', { ...PUBLISH, qos: 1 }],
  ['Invalid messageId', { ...PUBLISH, qos: 1, messageId: 65_536 }],
  ['Invalid messageId', { cmd: 'puback' }],
  ['Invalid subscriptions', { cmd: 'subscribe', messageId: 7 }],
  ['Invalid subscriptions - invalid topic', subscribe({ topic: 42, qos: 0 })],
  ['Invalid subscriptions - invalid qos', subscribe({ topic: 'a' })],
  ['Invalid qos vector', { cmd: 'suback', messageId: 7, granted: ['x'] }],
  ['Invalid unsubscriptions', { cmd: 'unsubscribe', messageId: 7, unsubscriptions: [] }],
  ['Invalid unsubscriptions', { cmd: 'unsubscribe', messageId: 7, unsubscriptions: [42] }],
] as const

test.each(ERRORS)('%s: %o', (message, packet) => {
  let thrown: unknown
  try {
    hexOf(packet)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ message, cause: expect.any(EncodeError) })
  expect(thrown).not.toHaveProperty('code')
})

describe('strict', () => {
  const strict = createMqttPacket({ strict: true })

  // biome-ignore format: one row per packet
  test.each([
    ['DUP at QoS 0', { ...PUBLISH, dup: true }],
    ['an identifier at QoS 0', { ...PUBLISH, messageId: 7 }],
    ['identifier 0', { cmd: 'puback', messageId: 0 }],
    ['a wildcard in a topic', { ...PUBLISH, topic: '#' }],
    ['an empty topic', { ...PUBLISH, topic: '' }],
    ['a misplaced wildcard', subscribe({ topic: 'a#', qos: 0 })],
    ['QoS 128', subscribe({ topic: 'a', qos: 128 })],
    ['CONNACK 6', { cmd: 'connack', returnCode: 6 }],
  ])('refuses %s', (_, packet) => {
    expect(() => strict.generate(packet as Packet)).toThrow()
    expect(() => generate(packet as Packet)).not.toThrow()
  })

  test('also accepts unknown fields', () => {
    expect(strict.generate({ ...PUBLISH, brokerId: 'x' } as unknown as Packet).toString('hex')).toBe(
      '30050001616869',
    )
  })
})

test('the default export has the same functions, which can be replaced', () => {
  expect(mqttPacket).toMatchObject({ generate, createMqttPacket })
  expect(Object.isFrozen(mqttPacket)).toBe(false)
})

test.each([
  [{ flush: 'never' }],
  [{ strict: 1 }],
  [{ v5: {} }],
  [{ maxPacketSize: 0 }],
  [{ unknown: true }],
  [[]],
  [new Map()],
  [() => {}],
  [null],
])('the options %o are refused', (options) => {
  expect(() => createMqttPacket(options as never)).toThrow(TypeError)
})
