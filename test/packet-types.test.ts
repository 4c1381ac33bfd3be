import { expect, test } from 'vitest'
import { CONTROL_PACKETS, FIRST_BYTE, PACKET_TYPE_NAMES, PacketType } from '../src/packet-types.ts'

test('the first bytes are those of Tables 2.1 and 2.2', () => {
  const rows = CONTROL_PACKETS.flatMap((packet, type) =>
    packet === undefined
      ? []
      : [[packet.name, (type << 4) | (packet.flags === 'publish' ? 0 : packet.flags)]],
  )
  expect(Object.entries(FIRST_BYTE)).toEqual(rows)
})

test('the names are in the order of their values', () => {
  expect(PACKET_TYPE_NAMES.map((name, index) => [name.toUpperCase(), index + 1])).toEqual(
    Object.entries(PacketType),
  )
})
