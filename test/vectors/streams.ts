// §2.2.3: sequences of packets, wrong lengths, and packets that are refused at the fixed header.

import {
  connect,
  hexByte,
  lengthTooLong,
  lengthTooShort,
  PACKET_TYPES,
  publish,
  type Section,
  stream,
  type Wrong,
} from './rows.ts'
import type { StreamVector, VectorPacket } from './vectors.d.cts'

const RULE = '§2.2.3'
const PINGREQ: VectorPacket = { type: 'pingreq' }
const PINGRESP: VectorPacket = { type: 'pingresp' }
const puback = (packetId: number): VectorPacket => ({ type: 'puback', packetId })
const tooShort = (field: string): Wrong => ['body-too-short', field]
const SURPLUS: Wrong = ['surplus-bytes']
const RESERVED_TYPE: Wrong = ['reserved-packet-type', 'Control Packet type']
const TOO_LARGE: Wrong = ['packet-too-large', 'Remaining Length']

/** Table 2.1: types that only a client, or only a server, may send. */
const SENT_BY_CLIENT = [1, 8, 10, 12, 14]
const SENT_BY_SERVER = [2, 9, 11, 13]

const refusedBy =
  (role: 'client' | 'server') =>
  (type: number): StreamVector => {
    const [before, packet] = role === 'server' ? (['c0', PINGREQ] as const) : (['d0', PINGRESP] as const)
    const flags = type === 8 || type === 10 ? 2 : 0
    return stream(
      `a ${role} gets a ${PACKET_TYPES[type]!.toUpperCase()} that claims 268,435,455 bytes`,
      `${before} () | ^ ${hexByte((type << 4) | flags)} ffffff7f`,
      [packet],
      '§2.2.1',
      { options: { role }, wrong: ['unexpected-packet-type', 'Control Packet type'] },
    )
  }

// biome-ignore format: one row per stream
export const streams: Section = {
  streams: [
    stream('nothing', '', [], RULE),
    stream('two packets', 'c0 00 40 (0007)', [PINGREQ, puback(7)], RULE),
    stream('all of a session', "10 (['MQTT'] 04 02 003c ['c']) 30 (['a/b'] 'hi') c0 () e0 ()", [connect(), publish(), PINGREQ, { type: 'disconnect' }], RULE),
    stream('half a packet after a packet', "c0 00 30 07 0003 'a'", [PINGREQ], RULE, { incomplete: 5 }),

    stream('PUBACK: a Remaining Length one too short', 'c0 00 | 40 ^ 01 00 07 c0 00', [PINGREQ], RULE, { wrong: lengthTooShort('puback') }),
    stream('PUBACK: half a packet identifier, and PINGREQ', '40 ^ 01 07 c0 00', [], RULE, { wrong: lengthTooShort('puback'), advisory: 'mqtt-packet 9.0.2 reads into the next packet' }),
    stream('PUBACK: a Remaining Length one too long', '40 ^ 03 0007 c0 00', [], RULE, { wrong: lengthTooLong('puback') }),
    stream('PUBACK: a Remaining Length two too long', '40 ^ 04 0007 c0 00', [], RULE, { wrong: lengthTooLong('puback') }),
    stream('PINGREQ: a Remaining Length one too long', 'c0 ^ 01 40 02 0007', [], RULE, { wrong: lengthTooLong('pingreq') }),
    stream('PUBLISH QoS 0: a Remaining Length one too short cuts the payload', "30 (-1 ['a/b'] 'h' | ^ 'i') c0 00", [publish({ payload: '68' })], RULE, { wrong: ['reserved-flags', 'Flags', 'MQTT-3.6.1-1'] }),
    stream("PUBLISH QoS 0: a Remaining Length one too long swallows the next packet's first byte", "30 (+1 ['a/b'] 'hi') c0 | ^ 00", [publish({ payload: '6869c0' })], RULE, { wrong: RESERVED_TYPE }),
    stream('PUBLISH QoS 0: a Remaining Length two too long swallows the next packet', "30 (+2 ['a/b'] 'hi') c0 00 c0 00", [publish({ payload: '6869c000' }), PINGREQ], RULE),
    stream('PUBLISH QoS 1: the Remaining Length ends inside the packet identifier', "32 06 ['a/b'] ^ 00 07 c0 00", [], RULE, { wrong: tooShort('Packet Identifier') }),
    stream('PUBLISH: the Remaining Length ends inside the topic', "30 04 ^ 0003 'a/b' c0 00", [], RULE, { wrong: tooShort('Topic Name') }),
    stream('PUBLISH: the topic reaches into the next packet', "30 (^ 0005 'a/b') c0 00", [], RULE, { wrong: tooShort('Topic Name') }),
    stream('SUBSCRIBE: a Remaining Length one too short omits the QoS', "82 (-1 0007 ['a'] ^ 01) c0 00", [], RULE, { wrong: ['body-too-short', 'Requested QoS'] }),
    stream('SUBSCRIBE: a Remaining Length one too long', "82 (+1 0007 ['a'] 01 ^) c0 00", [], RULE, { wrong: tooShort('Topic Filter') }),
    stream('UNSUBSCRIBE: the Remaining Length ends inside a filter', "a2 (-1 0007 ^ ['a/b']) c0 00", [], RULE, { wrong: tooShort('Topic Filter') }),
    stream("SUBACK: a Remaining Length one too long turns the next packet's first byte into a return code", '90 (+1 0007 01 ^) c0 00', [], RULE, { wrong: ['reserved-suback-code', 'Return Code'] }),
    stream('SUBACK: a Remaining Length one too short', '90 (-1 0007 01 | ^ 02) c0 00', [{ type: 'suback', packetId: 7, returnCodes: [1] }], RULE, { wrong: RESERVED_TYPE }),
    stream('CONNACK: a Remaining Length one too short', '20 ^ 01 00 00 c0 00', [], RULE, { wrong: lengthTooShort('connack') }),
    stream('CONNECT: a Remaining Length one too short', "10 (-1 ['MQTT'] 04 02 003c ^ ['c']) c0 00", [], RULE, { wrong: tooShort('Client Identifier') }),
    stream('CONNECT: a Remaining Length one too long', "10 (+1 ['MQTT'] 04 02 003c ['c'] ^) c0 00", [], RULE, { wrong: SURPLUS }),

    ...SENT_BY_SERVER.map(refusedBy('server')),
    ...SENT_BY_CLIENT.map(refusedBy('client')),
    stream('a packet as large as the receiver accepts', "30 (['a/b'] 'hi')", [publish()], RULE, { options: { maxPacketSize: 9 } }),
    stream('a packet one byte larger than the receiver accepts', "c0 00 | 30 ^ 07", [PINGREQ], RULE, { options: { maxPacketSize: 8 }, wrong: TOO_LARGE }),
    stream('a header that claims more than the receiver accepts', '30 ^ ffffff7f', [], RULE, { options: { maxPacketSize: 1_048_576 }, wrong: TOO_LARGE }),
  ],
}
