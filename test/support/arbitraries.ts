import fc from 'fast-check'
import {
  type Connect,
  encode,
  encodeRemainingLength,
  type Packet,
  type PacketTypeName,
  type QoS,
} from '../../src/index.ts'
import { join } from './bytes.ts'

const qos: fc.Arbitrary<QoS> = fc.constantFrom(0, 1, 2)
const packetId = fc.oneof(fc.constantFrom(1, 255, 256, 65_535), fc.integer({ min: 1, max: 65_535 }))
const bytes = fc.uint8Array({ maxLength: 200, size: 'max' })

// `unit: 'binary'` is equivalent, but takes a second to set up.
const scalarValues = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((codePoint) => String.fromCodePoint(codePoint))

// Mostly ASCII, so that every way of reading text is used; never U+0000.
const character = fc
  .oneof(
    { weight: 8, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.oneof(scalarValues(0, 0xd7ff), scalarValues(0xe000, 0x10_ffff)) },
    { weight: 1, arbitrary: fc.constantFrom('/', '$', '\uFEFF', '\uFFFD', '\u007f', '\u0080', '\u{10ffff}') },
  )
  .filter((unit) => unit !== '\0')
const nameCharacter = character.filter((unit) => unit !== '+' && unit !== '#')

const text = (unit: fc.Arbitrary<string>, minLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit, minLength, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit, minLength, maxLength: 140, size: 'max' }) },
  )

/** Topic names, some of which repeat often. */
export const topicName: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: text(nameCharacter, 1) },
  { weight: 1, arbitrary: fc.constantFrom('sensors/1/temperature', 'größe/der/dinge', '$SYS/broker/load') },
)

const level = fc.oneof(
  fc.constantFrom('+', '', 'a', '$b'),
  text(
    nameCharacter.filter((unit) => unit !== '/'),
    0,
  ),
)

export const topicFilter: fc.Arbitrary<string> = fc
  .tuple(fc.array(level, { maxLength: 5 }), fc.boolean())
  .map(([levels, multiLevel]) => [...levels, ...(multiLevel ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '')

const will = fc.record({ topic: topicName, payload: bytes, qos, retain: fc.boolean() })

const connect: fc.Arbitrary<Packet> = fc
  .record({
    type: fc.constant('connect' as const),
    protocol: fc.constantFrom(
      { protocolName: 'MQTT', protocolLevel: 4 } as const,
      { protocolName: 'MQIsdp', protocolLevel: 3 } as const,
    ),
    bridge: fc.boolean(),
    clientId: text(character, 0),
    cleanSession: fc.boolean(),
    keepAlive: fc.integer({ min: 0, max: 65_535 }),
    will: fc.option(will, { nil: undefined }),
    username: fc.option(text(character, 0), { nil: undefined }),
    password: fc.option(bytes, { nil: undefined }),
  })
  .map(
    ({ protocol, cleanSession, password, ...rest }): Connect => ({
      ...rest,
      ...protocol,
      clientId: protocol.protocolName === 'MQIsdp' ? rest.clientId || 'c' : rest.clientId,
      cleanSession: cleanSession || rest.clientId === '', // [MQTT-3.1.3-7]
      password: rest.username === undefined ? undefined : password, // [MQTT-3.1.2-22]
    }),
  )

const publish: fc.Arbitrary<Packet> = fc
  .record({
    type: fc.constant('publish' as const),
    topic: topicName,
    payload: bytes,
    qos,
    dup: fc.boolean(),
    retain: fc.boolean(),
    packetId,
  })
  .map((packet) => (packet.qos === 0 ? { ...packet, dup: false, packetId: undefined } : packet) as Packet)

const connack: fc.Arbitrary<Packet> = fc
  .record({ type: fc.constant('connack' as const), sessionPresent: fc.boolean(), returnCode: fc.nat(5) })
  .map((packet) => ({ ...packet, sessionPresent: packet.sessionPresent && packet.returnCode === 0 }))

const typed = <Type extends PacketTypeName>(...types: Type[]): fc.Arbitrary<Type> => fc.constantFrom(...types)

/** Any packet that the library can encode, with explicit defaults. */
export const packet: fc.Arbitrary<Packet> = fc.oneof(
  publish,
  connect,
  connack,
  fc.record({ type: typed('puback', 'pubrec', 'pubrel', 'pubcomp', 'unsuback'), packetId }),
  fc.record({
    type: typed('subscribe'),
    packetId,
    subscriptions: fc.array(fc.record({ topicFilter, qos }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: typed('suback'),
    packetId,
    returnCodes: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    type: typed('unsubscribe'),
    packetId,
    topicFilters: fc.array(topicFilter, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ type: typed('pingreq', 'pingresp', 'disconnect') }),
)

/** A way to cut any stream into chunks: some are empty, some are Buffers. */
export const chunking: fc.Arbitrary<(stream: Uint8Array) => Uint8Array[]> = fc
  .array(fc.tuple(fc.oneof(fc.nat(6), fc.nat(200)), fc.boolean()), { minLength: 1, maxLength: 40 })
  .map((pieces) => {
    const cut = (stream: Uint8Array): Uint8Array[] => {
      const chunks: Uint8Array[] = []
      let start = 0
      for (const [length, isBuffer] of pieces) {
        const piece = stream.slice(start, start + length)
        chunks.push(isBuffer ? Buffer.from(piece) : piece)
        start += length
      }
      return [...chunks, stream.slice(start)]
    }
    return Object.assign(cut, { [fc.toStringMethod]: () => `chunks of ${fc.stringify(pieces)}` })
  })

interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: Uint8Array
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(60),
  remove: fc.nat(2),
  insert: fc.uint8Array({ maxLength: 2 }),
})

/** A few changes to bytes, each at its position, or at the end if the position does not exist. */
const damage: fc.Arbitrary<(sound: Uint8Array) => Uint8Array> = fc
  .array(edit, { maxLength: 3 })
  .map((edits) => {
    const apply = (sound: Uint8Array): Uint8Array => {
      const damaged = [...sound]
      for (const { at, remove, insert } of edits)
        damaged.splice(Math.min(at, damaged.length), remove, ...insert)
      return Uint8Array.from(damaged)
    }
    return Object.assign(apply, { [fc.toStringMethod]: () => `edits ${fc.stringify(edits)}` })
  })

export const bytesOf = (sound: Packet): Uint8Array => Uint8Array.from(encode(sound))

/** A packet with a correct Remaining Length and a damaged body. */
export const damagedPacket: fc.Arbitrary<Uint8Array> = fc.tuple(packet, damage).map(([sound, damaged]) => {
  const whole = encode(sound)
  const body = damaged(whole.subarray(whole.findIndex((byte, index) => index > 0 && byte < 0x80) + 1))
  return join(whole.subarray(0, 1), encodeRemainingLength(body.length), body)
})

/** Some valid packets, damaged anywhere. */
export const damagedStream: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.array(packet, { minLength: 1, maxLength: 4 }), damage)
  .map(([packets, damaged]) => damaged(join(...packets.map(bytesOf))))
