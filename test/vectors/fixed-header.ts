// §2.2.1 and §2.2.2: all 256 first bytes, with a body that their type allows, and reserved flags one by one.

import {
  connect,
  hexByte,
  malformed,
  PACKET_TYPES,
  publish,
  type Section,
  valid,
  type Wrong,
} from './rows.ts'
import { START } from './text-fields.ts'
import type { MalformedVector, ValidVector, VectorPacket } from './vectors.d.cts'

interface PacketType {
  /** Table 2.2. */
  readonly flags: number
  /** The statement that requires them. */
  readonly rule: string
  readonly body: string
  readonly packet: VectorPacket
}

const acknowledgement = (type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'): PacketType => ({
  flags: type === 'pubrel' ? 2 : 0,
  rule: type === 'pubrel' ? 'MQTT-3.6.1-1' : 'MQTT-2.2.2-2',
  body: '(0007)',
  packet: { type, packetId: 7 },
})
const empty = (type: 'pingreq' | 'pingresp' | 'disconnect'): PacketType => ({
  flags: 0,
  rule: type === 'disconnect' ? 'MQTT-3.14.1-1' : 'MQTT-2.2.2-2',
  body: '()',
  packet: { type },
})

/** Every type except PUBLISH. */
// biome-ignore format: one row per type
const TYPES: Readonly<Record<number, PacketType>> = {
  1: { flags: 0, rule: 'MQTT-2.2.2-2', body: `(${START} 02 003c ['c'])`, packet: connect() },
  2: { flags: 0, rule: 'MQTT-2.2.2-2', body: '(00 00)', packet: { type: 'connack', sessionPresent: false, returnCode: 0 } },
  4: acknowledgement('puback'),
  5: acknowledgement('pubrec'),
  6: acknowledgement('pubrel'),
  7: acknowledgement('pubcomp'),
  8: { flags: 2, rule: 'MQTT-3.8.1-1', body: "(0007 ['a'] 01)", packet: { type: 'subscribe', packetId: 7, subscriptions: [{ topicFilter: 'a', qos: 1 }] } },
  9: { flags: 0, rule: 'MQTT-2.2.2-2', body: '(0007 01)', packet: { type: 'suback', packetId: 7, returnCodes: [1] } },
  10: { flags: 2, rule: 'MQTT-3.10.1-1', body: "(0007 ['a'])", packet: { type: 'unsubscribe', packetId: 7, topicFilters: ['a'] } },
  11: acknowledgement('unsuback'),
  12: empty('pingreq'),
  13: empty('pingresp'),
  14: empty('disconnect'),
}

const PUBLISH = 3

/** §3.3.1: DUP, QoS and RETAIN. The payload is `hi`. */
function publishRow(name: string, flags: number): ValidVector | MalformedVector {
  const dup = (flags & 8) !== 0
  const qos = (flags >> 1) & 3
  const retain = (flags & 1) !== 0
  const first = hexByte((PUBLISH << 4) | flags)
  const notation = qos === 0 ? `^ ${first} (['a/b'] 'hi')` : `^ ${first} (['a/b'] 0007 'hi')`
  if (qos === 3) return malformed(name, notation, ['invalid-qos', 'QoS level'])
  const packet = publish({ dup, qos: qos as 0 | 1 | 2, retain, ...(qos > 0 && { packetId: 7 }) })
  if (dup && qos === 0)
    return malformed(name, notation, ['dup-with-qos-0', 'DUP flag'], {
      also: ['MQTT-4.3.1-1'],
      tolerated: packet,
    })
  return valid(name, notation, packet, qos === 0 ? 'MQTT-2.3.1-5' : 'MQTT-2.3.1-1', {
    also: ['§3.3.1', ...(qos === 0 ? ['MQTT-3.3.1-2'] : ['MQTT-3.3.1-4'])],
  })
}

function row(firstByte: number): ValidVector | MalformedVector {
  const type = firstByte >> 4
  const flags = firstByte & 15
  const name = `first byte ${hexByte(firstByte)}: ${(PACKET_TYPES[type] ?? 'reserved').toUpperCase()}`
  if (type === PUBLISH) return publishRow(name, flags)
  const described = TYPES[type]
  if (described === undefined) {
    const wrong: Wrong = ['reserved-packet-type', 'Control Packet type']
    return malformed(name, `^ ${hexByte(firstByte)} ()`, wrong)
  }
  const notation = `^ ${hexByte(firstByte)} ${described.body}`
  if (flags === described.flags)
    return valid(name, notation, described.packet, '§2.2.1', { also: ['MQTT-2.2.2-1', described.rule] })
  return malformed(name, notation, ['reserved-flags', 'Flags', described.rule], {
    also: ['MQTT-2.2.2-1', 'MQTT-2.2.2-2'].filter((rule) => rule !== described.rule),
    tolerated: described.packet,
  })
}

const rows = Array.from({ length: 256 }, (_, firstByte) => row(firstByte))
const isMalformed = (each: ValidVector | MalformedVector): each is MalformedVector => 'code' in each

export const fixedHeader: Section = {
  valid: rows.filter((each): each is ValidVector => !isMalformed(each)),
  malformed: rows.filter(isMalformed),
}
