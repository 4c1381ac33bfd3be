// Valid MQTT 3.1.1 packets, as decode returns them.

import type { QoS } from '../../packet-types.ts'
import type { Puback, Pubcomp, Pubrec, Pubrel, Unsuback } from '../../packets/acknowledgement.ts'
import type { Connack } from '../../packets/connack.ts'
import type { Connect, Will } from '../../packets/connect.ts'
import type { Disconnect, Pingreq, Pingresp } from '../../packets/empty.ts'
import type { Packet } from '../../packets/packet.ts'
import type { Publish } from '../../packets/publish.ts'
import type { Suback } from '../../packets/suback.ts'
import type { Subscribe, Subscription } from '../../packets/subscribe.ts'
import type { Unsubscribe } from '../../packets/unsubscribe.ts'
import { type Arbitrary, type Combinators, choose, maybe, record, some } from '../combinators.ts'
import { utf8 } from '../utf8.ts'
import { payload, remainingLengthAtStep, resized, type Size } from './payload.ts'
import { shortText, utf8Text } from './text.ts'
import { shortTopicFilter, shortTopicName, topicFilter, topicName } from './topic.ts'

/** An arbitrary for each packet type. */
export interface PacketArbitraries {
  readonly connect: Arbitrary<Connect>
  readonly connack: Arbitrary<Connack>
  readonly publish: Arbitrary<Publish>
  readonly puback: Arbitrary<Puback>
  readonly pubrec: Arbitrary<Pubrec>
  readonly pubrel: Arbitrary<Pubrel>
  readonly pubcomp: Arbitrary<Pubcomp>
  readonly subscribe: Arbitrary<Subscribe>
  readonly suback: Arbitrary<Suback>
  readonly unsubscribe: Arbitrary<Unsubscribe>
  readonly unsuback: Arbitrary<Unsuback>
  readonly pingreq: Arbitrary<Pingreq>
  readonly pingresp: Arbitrary<Pingresp>
  readonly disconnect: Arbitrary<Disconnect>
}

const MAX_ENTRIES = 8
const MAX_UINT16 = 65_535

/** A packet identifier, 1 to 65,535 (§2.3.1). */
export function packetIdentifier(fc: Combinators): Arbitrary<number> {
  return fc.integer({ min: 1, max: MAX_UINT16 })
}

/** A QoS: 0, 1 or 2. */
export function qos(fc: Combinators): Arbitrary<QoS> {
  return fc.constantFrom(0, 1, 2)
}

/** Creates the arbitraries of all packet types. */
export function packetArbitraries(fc: Combinators, size: Size): PacketArbitraries {
  const packetId = packetIdentifier(fc)
  const filter = size === 'ample' ? topicFilter(fc) : shortTopicFilter(fc)
  return {
    connect: connect(fc, size),
    connack: connack(fc),
    publish: publish(fc, size),
    puback: record<Puback>(fc, { type: fc.constant('puback'), packetId }),
    pubrec: record<Pubrec>(fc, { type: fc.constant('pubrec'), packetId }),
    pubrel: record<Pubrel>(fc, { type: fc.constant('pubrel'), packetId }),
    pubcomp: record<Pubcomp>(fc, { type: fc.constant('pubcomp'), packetId }),
    subscribe: record<Subscribe>(fc, {
      type: fc.constant('subscribe'),
      packetId,
      subscriptions: some(fc, record<Subscription>(fc, { topicFilter: filter, qos: qos(fc) }), MAX_ENTRIES, {
        topicFilter: 'a',
        qos: 0,
      }),
    }),
    suback: record<Suback>(fc, {
      type: fc.constant('suback'),
      packetId,
      returnCodes: some(fc, fc.constantFrom(0, 1, 2, 0x80), MAX_ENTRIES, 0),
    }),
    unsubscribe: record<Unsubscribe>(fc, {
      type: fc.constant('unsubscribe'),
      packetId,
      topicFilters: some(fc, filter, MAX_ENTRIES, 'a'),
    }),
    unsuback: record<Unsuback>(fc, { type: fc.constant('unsuback'), packetId }),
    pingreq: fc.constant('pingreq').map((type) => ({ type }) as const),
    pingresp: fc.constant('pingresp').map((type) => ({ type }) as const),
    disconnect: fc.constant('disconnect').map((type) => ({ type }) as const),
  }
}

// Simple types first, so that failures shrink to them; PUBLISH a little more often than the others.
const WEIGHTS: readonly (readonly [keyof PacketArbitraries, weight: number])[] = [
  ['pingreq', 1],
  ['pingresp', 1],
  ['disconnect', 1],
  ['puback', 1],
  ['pubrec', 1],
  ['pubrel', 1],
  ['pubcomp', 1],
  ['unsuback', 1],
  ['connack', 1],
  ['suback', 1],
  ['publish', 6],
  ['unsubscribe', 1],
  ['subscribe', 3],
  ['connect', 3],
]

/** A packet of any of the types. */
export function anyPacket(fc: Combinators, packets: Partial<PacketArbitraries>): Arbitrary<Packet> {
  const branches = WEIGHTS.flatMap(([type, weight]) => {
    const arbitrary: Arbitrary<Packet> | undefined = packets[type]
    return arbitrary === undefined ? [] : [[weight, arbitrary] as const]
  })
  return choose<Packet>(fc, ...branches)
}

function connect(fc: Combinators, size: Size): Arbitrary<Connect> {
  const text = size === 'ample' ? utf8Text(fc) : shortText(fc)
  const binary = fieldBytes(fc, size)
  const will = record<Will>(fc, {
    topic: size === 'ample' ? topicName(fc) : shortTopicName(fc),
    payload: binary,
    qos: qos(fc),
    retain: fc.boolean(),
  })
  return record(fc, {
    clientId: text,
    // An empty client identifier requires a clean session [MQTT-3.1.3-7].
    cleanSession: fc.constantFrom(true, false),
    keepAlive: fc.integer({ min: 0, max: MAX_UINT16 }),
    will: maybe(fc, will),
    // A password requires a user name [MQTT-3.1.2-22].
    credentials: maybe(fc, fc.tuple(text, maybe(fc, binary))),
  }).map(({ clientId, cleanSession, keepAlive, will, credentials }) => ({
    type: 'connect',
    protocolName: 'MQTT',
    protocolLevel: 4,
    bridge: false,
    clientId,
    cleanSession: cleanSession || clientId === '',
    keepAlive,
    will,
    username: credentials?.[0],
    password: credentials?.[1],
  }))
}

function fieldBytes(fc: Combinators, size: Size): Arbitrary<Uint8Array> {
  const few = fc.uint8Array({ maxLength: 16 }).map((bytes) => Uint8Array.from(bytes))
  if (size === 'modest') return few
  return choose(
    fc,
    [24, few],
    [1, fc.constant(MAX_UINT16).map((length) => new Uint8Array(length).fill(0xff))],
  )
}

function connack(fc: Combinators): Arbitrary<Connack> {
  // Session Present is 0 if the connection is refused [MQTT-3.2.2-4].
  return fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })).map(([present, returnCode]) => ({
    type: 'connack',
    sessionPresent: present && returnCode === 0,
    returnCode,
  }))
}

function publish(fc: Combinators, size: Size): Arbitrary<Publish> {
  return record(fc, {
    topic: size === 'ample' ? topicName(fc) : shortTopicName(fc),
    payload: payload(fc, size),
    qos: qos(fc),
    dup: fc.boolean(),
    retain: fc.boolean(),
    packetId: packetIdentifier(fc),
    remainingLength: remainingLengthAtStep(fc, size),
  }).map(({ topic, payload, qos, dup, retain, packetId, remainingLength }) => {
    const headerLength = 2 + utf8(topic).length + (qos > 0 ? 2 : 0)
    const message = {
      type: 'publish' as const,
      topic,
      payload: remainingLength === undefined ? payload : resized(payload, remainingLength - headerLength),
      retain,
    }
    // With QoS 0 there is neither DUP [MQTT-3.3.1-2] nor a packet identifier [MQTT-2.3.1-5].
    return qos === 0
      ? { ...message, qos, dup: false, packetId: undefined }
      : { ...message, qos, dup, packetId }
  })
}
