// Error messages for fields that a packet type does not have.

import { expect, test } from 'vitest'
import { EncodeError, encode, type PacketInput } from '../../src/index.ts'
import { caught } from '../support/malformed.ts'

const filters = [{ topicFilter: 'a' }]
const will = { topic: 'a', payload: '' }
const PACKETS = {
  connect: { type: 'connect', clientId: 'c' },
  connack: { type: 'connack', returnCode: 0 },
  publish: { type: 'publish', topic: 'a', qos: 1 },
  puback: { type: 'puback' },
  subscribe: { type: 'subscribe', packetId: 1, subscriptions: filters },
  suback: { type: 'suback', packetId: 1, returnCodes: [0] },
  unsubscribe: { type: 'unsubscribe', packetId: 1, topicFilters: ['a'] },
  pingreq: { type: 'pingreq' },
}

const said = (packet: object, property: string): string => {
  const error = caught(() => encode(packet as PacketInput)) as EncodeError
  expect(error).toBeInstanceOf(EncodeError)
  const { type: packetType } = packet as PacketInput
  expect(error).toMatchObject({ code: 'unknown-field', packetType, property, field: undefined })
  return error.message
}

/** Other names of the fields, by packet type. */
// biome-ignore format: one row per packet type
const OTHER_NAMES: { readonly [Type in keyof typeof PACKETS]?: Readonly<Record<string, readonly string[]>> } = {
  connect: {
    type: ['cmd'], protocolName: ['protocolId'], protocolLevel: ['protocolVersion', 'version'], bridge: ['bridgeMode'],
    clientId: ['identifier', 'id'], cleanSession: ['clean', 'cleanStart'], keepAlive: ['keepalive', 'keepAliveInterval'],
    will: ['lastWill', 'willMessage'], username: ['user'], password: ['pass'],
  },
  connack: { returnCode: ['reasonCode', 'connackCode'] },
  publish: {
    topic: ['topicName'], payload: ['message', 'data', 'body'], qos: ['QoS', 'qosLevel', 'requestedQoS'],
    retain: ['retained', 'retainFlag'], dup: ['duplicate', 'dupFlag'],
  },
  puback: { packetId: ['messageId', 'mid', 'packetIdentifier', 'identifier'] },
  subscribe: { subscriptions: ['topicFilters', 'filters', 'topics'] },
  suback: { returnCodes: ['granted', 'reasonCodes', 'grantedQoS'] },
  unsubscribe: { topicFilters: ['unsubscriptions', 'filters', 'topics', 'subscriptions'] },
}

const rows = Object.entries(OTHER_NAMES).flatMap(([type, fields]) =>
  Object.entries(fields).flatMap(([right, names]) => names.map((name) => ({ type, name, right }))),
)

test.each(rows)('$type: $name is $right', ({ type, name, right }) => {
  const packet = PACKETS[type as keyof typeof PACKETS]
  expect(said({ ...packet, [name]: 1 }, name)).toContain(`use ${right} [`)
})

// biome-ignore format: one row per name
test.each([
  ['connect', 'properties', 'only MQTT 5 has it'],
  ['puback', 'reasonCode', 'only MQTT 5 has it'],
  ['unsubscribe', 'reasonCodes', 'only MQTT 5 has it'],
  ['subscribe', 'nl', 'only MQTT 5 has it'],
  ['subscribe', 'rap', 'only MQTT 5 has it'],
  ['subscribe', 'rh', 'only MQTT 5 has it'],
  ['subscribe', 'noLocal', 'only MQTT 5 has it'],
  ['puback', 'length', 'the encoder computes lengths itself'],
  ['puback', 'remainingLength', 'the encoder computes lengths itself'],
  ['pingreq', 'nonsense', 'the fields are type ['],
  ['puback', 'nonsense', 'the fields are type, packetId ['],
  // Suggests the closest name, ignoring case, if at most a third of it differs.
  ['connect', 'CLIENTID', 'use clientId ['],
  ['connect', 'protocolLame', 'use protocolName ['],
  ['connect', 'protocolNevel', 'use protocolLevel ['],
  ['connect', 'protocolLeme', 'use protocolName ['],
  ['connect', 'wall', 'use will ['],
  ['connect', 'wally', 'the fields are'],
  ['publish', 'dap', 'use dup ['],
  ['publish', 'dapp', 'the fields are'],
  ['publish', 'xqos', 'use qos ['],
  ['publish', 'xyqos', 'the fields are'],
  ['publish', 'qosx', 'use qos ['],
  ['publish', 'qosxy', 'the fields are'],
])('%s.%s: %s', (type, name, advice) => {
  expect(said({ ...PACKETS[type as keyof typeof PACKETS], [name]: 1 }, name)).toContain(advice)
})

test('a field whose value is undefined is ignored', () => {
  expect(encode({ ...PACKETS.pingreq, packetId: undefined } as PacketInput)).toHaveLength(2)
})

test('the path to the field includes lists and objects', () => {
  const { subscribe, connect } = PACKETS
  said({ ...subscribe, subscriptions: [...filters, { topicFilter: 'a', QoS: 1 }] }, 'subscriptions[1].QoS')
  const message = said({ ...subscribe, subscriptions: [{ topic: 'a' }] }, 'subscriptions[0].topic')
  expect(message).toContain('use topicFilter [')
  expect(said({ ...subscribe, subscriptions: [{ filter: 'a' }] }, 'subscriptions[0].filter')).toContain(
    'use topicFilter [',
  )
  said({ ...connect, will: { ...will, retained: true } }, 'will.retained')
})
