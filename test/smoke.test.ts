import { expect, test } from 'vitest'
import { decode, encode, PacketParser } from '../src/index.ts'

test.each([
  ['c000', { type: 'pingreq' }],
  ['40020007', { type: 'puback', packetId: 7 }],
  [
    '820800070003612f6201',
    { type: 'subscribe', packetId: 7, subscriptions: [{ topicFilter: 'a/b', qos: 1 }] },
  ],
] as const)('%s both ways', (hex, packet) => {
  const bytes = Buffer.from(hex, 'hex')
  expect(decode(bytes)).toEqual(packet)
  expect(encode(packet as Parameters<typeof encode>[0])).toEqual(bytes)
  const parser = new PacketParser()
  const packets = [...bytes].flatMap((byte) => [...parser.push(Uint8Array.of(byte))])
  expect(packets).toEqual([packet])
})
