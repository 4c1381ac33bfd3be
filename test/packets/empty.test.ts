import { describe } from 'vitest'
import { testMalformed } from '../support/malformed.ts'
import { testValid } from '../support/valid.ts'

const EMPTY = [
  { name: 'PINGREQ, §3.12', type: 'pingreq', first: 'c', lengthRule: '§3.12.1', flagsRule: 'MQTT-2.2.2-2' },
  { name: 'PINGRESP, §3.13', type: 'pingresp', first: 'd', lengthRule: '§3.13.1', flagsRule: 'MQTT-2.2.2-2' },
  {
    name: 'DISCONNECT, §3.14',
    type: 'disconnect',
    first: 'e',
    lengthRule: '§3.14.1',
    flagsRule: 'MQTT-3.14.1-1',
  },
] as const

describe.each(EMPTY)('$name', ({ type, first, lengthRule, flagsRule }) => {
  testValid([
    { name: 'two bytes', hex: `${first}0 00`, packet: { type } },
    {
      name: 'a Remaining Length of four bytes',
      hex: `${first}0 80 80 80 00`,
      packet: { type },
      readOnly: true,
    },
  ])
  // biome-ignore format: one row per violation
  testMalformed([
    { name: 'a body', hex: `${first}0 01 00`, code: 'surplus-bytes', rule: lengthRule, field: 'Remaining Length', offset: 1, packetType: type, tolerated: { type } },
    ...[1, 2, 4, 8].map((bit) => ({ name: `flag ${bit}`, hex: `${first}${bit} 00`, code: 'reserved-flags' as const, rule: flagsRule, field: 'Flags', offset: 0, packetType: type, tolerated: { type } })),
  ])
})
