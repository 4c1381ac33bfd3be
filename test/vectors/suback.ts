// §3.9, SUBACK.

import { hexByte, lengthTooShort, malformed, type Section, valid, type Wrong } from './rows.ts'
import type { VectorPacket } from './vectors.d.cts'

const suback = (returnCodes: number[], packetId = 7): VectorPacket => ({
  type: 'suback',
  packetId,
  returnCodes,
})

const GRANTED_OR_FAILED = [0, 1, 2, 0x80]
const EACH_BIT = [0x04, 0x08, 0x10, 0x20, 0x40]
const RESERVED: Wrong = ['reserved-suback-code', 'Return Code']
const TOO_SHORT = lengthTooShort('suback')

// biome-ignore format: one row per packet
export const subackSection: Section = {
  valid: [
    ...GRANTED_OR_FAILED.map((code) => valid(`SUBACK Return Code ${code}`, `90 (0007 ${hexByte(code)})`, suback([code]), 'MQTT-3.9.3-2')),
    valid('SUBACK: all codes', '90 (0007 00 01 02 80)', suback(GRANTED_OR_FAILED), '§3.9.3'),
    valid('SUBACK: packet identifier 1', '90 (0001 00)', suback([0], 1), '§2.3.1'),
    valid('SUBACK: packet identifier 65,535', '90 (ffff 00)', suback([0], 65_535), '§2.3.1'),
    valid('SUBACK: 126 codes, 128 bytes', '90 (0007 01*126)', suback(Array(126).fill(1)), '§2.2.3'),
  ],
  malformed: [
    ...[3, ...EACH_BIT, 0x7f, 0x81, 0x82, 0x83, 0xff].map((code) =>
      malformed(`SUBACK Return Code ${code}`, `90 (0007 ^ ${hexByte(code)})`, RESERVED, { tolerated: suback([code]) })),
    malformed('SUBACK: a reserved code after valid ones', '90 (0007 00 80 ^ 03)', RESERVED, { tolerated: suback([0, 0x80, 3]) }),
    malformed('SUBACK: two reserved codes', '90 (0007 ^ 03 00 ^^ 04)', RESERVED, { further: [RESERVED], tolerated: suback([3, 0, 4]) }),
    malformed('SUBACK: no code', '90 (0007 ^)', ['no-return-code', 'Return Code'], { tolerated: suback([]) }),
    malformed('SUBACK: no body', '90 ^ ()', TOO_SHORT),
    malformed('SUBACK: half a packet identifier', '90 ^ (00)', TOO_SHORT),
    malformed('SUBACK: packet identifier 0', '90 (^ 0000 00)', ['packet-identifier-zero', 'Packet Identifier', '§2.3.1'], { tolerated: suback([0], 0) }),
  ],
}
