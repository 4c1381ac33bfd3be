// Violations of framing: type, flags, direction, and where the packet ends.

import { type DecodeErrorCode, ruleOf } from '../../error-rules.ts'
import { CONTROL_PACKETS, type PacketTypeName, qosOf } from '../../packet-types.ts'
import { encodeRemainingLength } from '../../wire/remaining-length.ts'
import { concat, copyOf } from '../bytes.ts'
import { type RawPacket, rawLayout, rawPacket } from '../raw-packet.ts'
import { CLOSED, VALID, WITH_FIELDS } from './packets.ts'
import { type Ingredients, type Malformed, pick, type Violation, violation } from './violation.ts'

const valid = (of: Ingredients): RawPacket => pick(VALID, of.way)(of)

const TOO_LONG = [
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x00),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x01),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
]

const FIXED_HEADER: readonly Violation[] = [
  violation('reserved-packet-type', ({ way, turn, payload }) => ({
    packet: { type: pick([0, 15], way), flags: turn % 16, surplus: payload },
    at: 'Control Packet type',
  })),
  violation('remaining-length-too-long', (of) => ({
    packet: { ...valid(of), remainingLength: pick(TOO_LONG, of.turn) },
    at: 'Remaining Length',
    fromStart: 3,
  })),
  // Table 2.1: the peer has the opposite role.
  ...(['server', 'client'] as const).map((role) =>
    violation('unexpected-packet-type', (of) => ({
      packet: pick(
        VALID.map((make) => make(of)).filter(({ type }) => senderOf(type) === role),
        of.way,
      ),
      at: 'Control Packet type',
      options: { role },
      seenBy: 'parser',
    })),
  ),
  violation('packet-too-large', (of) => ({
    packet: valid(of),
    at: 'Remaining Length',
    options: { maxPacketSize: rawPacket(valid(of)).length - 1 },
    seenBy: 'parser',
  })),
  violation('packet-too-large', ({ topic, turn }) => ({
    packet: { type: 'publish', topic, remainingLength: pick([0x1_0000, 0x20_0000, 268_435_455], turn) },
    at: 'Remaining Length',
    options: { maxPacketSize: 0x1_0000 },
    seenBy: 'parser',
  })),
]

function rowOf(type: PacketTypeName | 0 | 15): (typeof CONTROL_PACKETS)[number] {
  return CONTROL_PACKETS.find((packet) => packet?.name === type)
}

const senderOf = (type: PacketTypeName | 0 | 15): string | undefined => rowOf(type)?.sentBy

function framing(
  code: DecodeErrorCode,
  of: Partial<Malformed> & { bytes: Uint8Array; offset: number },
): Malformed {
  return { code, rule: ruleOf(code), field: undefined, seenBy: 'both', ...of }
}

const EXTENT: readonly Violation[] = [
  {
    code: 'incomplete-packet',
    make(of) {
      const { bytes, fields } = rawLayout(valid(of))
      const offset = 1 + (of.turn % (bytes.length - 1))
      // The field in which the bytes end. The fixed header's first byte is known by then.
      const { name } = fields.slice(1).find(({ end }) => offset < end)!
      return framing('incomplete-packet', { bytes: copyOf(bytes, 0, offset), field: name, offset })
    },
  },
  {
    code: 'trailing-bytes',
    make(of) {
      const bytes = rawPacket(valid(of))
      return framing('trailing-bytes', {
        bytes: concat([bytes, of.payload]),
        offset: bytes.length,
        seenBy: 'decode',
      })
    },
  },
  violation('surplus-bytes', (of) => {
    const packet = pick(CLOSED, of.way)(of)
    const { minLength, maxLength, lengthRule } = rowOf(packet.type)!
    // A type with only one valid Remaining Length is refused at the fixed header.
    const at = minLength === maxLength ? { at: 'Remaining Length', rule: lengthRule } : { at: '' }
    return { packet: { ...packet, surplus: of.payload }, ...at }
  }),
]

// A list may end before any entry, and a payload anywhere.
const MAY_BE_MISSING = ['Payload', 'Return Code']
const STARTS_ENTRY = 'Topic Filter'

/** The packet, truncated inside one of its fields. */
function cutOff(packet: RawPacket, { way, turn }: Ingredients): Malformed {
  const { bytes, fields } = rawLayout(packet)
  const [, header, ...body] = fields
  const candidates = body.filter(({ name }) => packet.type === 'connack' || !MAY_BE_MISSING.includes(name))
  const { name, start, end } = pick(candidates, way)
  const least = name === STARTS_ENTRY ? start + 1 : start
  const kept = bytes.subarray(header!.end, least + (turn % (end - least)))
  const remainingLength = encodeRemainingLength(kept.length)
  const whole = concat([bytes.subarray(0, 1), remainingLength, kept])
  const row = rowOf(packet.type)!
  const hasIdentifier = row.flags === 'publish' && qosOf(bytes[0]!) !== 0
  if (kept.length < (hasIdentifier ? row.minLength + 2 : row.minLength))
    return framing('body-too-short', {
      bytes: whole,
      field: 'Remaining Length',
      offset: 1,
      rule: row.lengthRule,
    })
  return framing('body-too-short', {
    bytes: whole,
    field: name,
    offset: start - header!.end + 1 + remainingLength.length,
  })
}

const BODY: readonly Violation[] = [
  { code: 'body-too-short', make: (of) => cutOff(pick(WITH_FIELDS, of.turn)(of), of) },
  violation('body-too-short', ({ topic, payload, turn }) => ({
    packet: {
      type: 'publish',
      topic: { length: 0xffff - (turn % 0x100), content: topic },
      payload: payload.subarray(0, 16),
    },
    at: 'Topic Name',
  })),
  violation('body-too-short', ({ text, payload }) => ({
    packet: {
      type: 'connect',
      clientId: text,
      username: text,
      password: { length: payload.length + 1, content: payload },
    },
    at: 'Password',
  })),
]

/** Violations of framing. */
export const FRAMING: readonly Violation[] = [...FIXED_HEADER, ...EXTENT, ...BODY]
