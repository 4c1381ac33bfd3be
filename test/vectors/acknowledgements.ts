// §3.4 to §3.7 and §3.11: PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK, which only have a packet identifier.

import { lengthTooLong, lengthTooShort, malformed, type Section, valid, type Wrong } from './rows.ts'
import type { VectorPacket } from './vectors.d.cts'

const TYPES = [
  ['puback', '40'],
  ['pubrec', '50'],
  ['pubrel', '62'],
  ['pubcomp', '70'],
  ['unsuback', 'b0'],
] as const

const ZERO: Wrong = ['packet-identifier-zero', 'Packet Identifier', '§2.3.1']

// biome-ignore format: one row per violation
export const acknowledgements: Section = {
  valid: TYPES.flatMap(([type, first]) =>
    [1, 255, 256, 32_768, 65_535].map((packetId) =>
      valid(`${type.toUpperCase()}: packet identifier ${packetId.toLocaleString('en')}`, `${first} (${packetId.toString(16).padStart(4, '0')})`, { type, packetId }, '§2.3.1', {
        also: packetId === 256 ? ['§1.5.2'] : [],
      }))),
  malformed: TYPES.flatMap(([type, first]) => {
    const name = type.toUpperCase()
    const packet: VectorPacket = { type, packetId: 7 }
    const tooShort = lengthTooShort(type)
    const tooLong = lengthTooLong(type)
    return [
      malformed(`${name}: no body`, `${first} ^ ()`, tooShort),
      malformed(`${name}: half a packet identifier`, `${first} ^ (00)`, tooShort),
      malformed(`${name}: packet identifier 0`, `${first} (^ 0000)`, ZERO, { tolerated: { type, packetId: 0 } }),
      malformed(`${name}: a byte too many`, `${first} ^ (0007 00)`, tooLong, { tolerated: packet }),
      malformed(`${name}: with a reason code and properties, as in MQTT 5`, `${first} ^ (0007 00 00)`, tooLong, { tolerated: packet }),
      malformed(`${name}: 128 bytes`, `${first} ^ (0007 00*126)`, tooLong, { tolerated: packet }),
      malformed(`${name}: packet identifier 0, and a byte too many`, `${first} ^ (^^ 0000 ff)`, tooLong, { further: [ZERO], tolerated: { type, packetId: 0 } }),
    ]
  }),
}
