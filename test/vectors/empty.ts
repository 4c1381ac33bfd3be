// §3.12 to §3.14: PINGREQ, PINGRESP, DISCONNECT, which have no body.

import { byteCount, lengthTooLong, malformed, type Section, valid } from './rows.ts'

const TYPES = [
  ['pingreq', 'c0', '§3.12'],
  ['pingresp', 'd0', '§3.13'],
  ['disconnect', 'e0', '§3.14'],
] as const

export const empty: Section = {
  valid: TYPES.map(([type, first, rule]) => valid(type.toUpperCase(), `${first} ()`, { type }, rule)),
  malformed: TYPES.flatMap(([type, first]) =>
    [1, 2, 127, 128].map((length) =>
      malformed(
        `${type.toUpperCase()} with a body of ${byteCount(length)}`,
        `${first} ^ (00*${length})`,
        lengthTooLong(type),
        { tolerated: { type } },
      ),
    ),
  ),
}
