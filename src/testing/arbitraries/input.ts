// Packets as encode accepts them: defaults omitted, text instead of bytes.

import type { Packet, PacketInput } from '../../packets/packet.ts'
import { type Arbitrary, type Combinators, maybe } from '../combinators.ts'
import { shortText } from './text.ts'

// The defaults that encode fills in, by field.
const DEFAULTS: Readonly<Record<string, unknown>> = {
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  cleanSession: true,
  keepAlive: 0,
  will: undefined,
  username: undefined,
  password: undefined,
  sessionPresent: false,
  packetId: undefined,
  qos: 0,
  dup: false,
  retain: false,
}

/** Omits fields that have their default value, as picked by `leaveOut`, also in nested objects. */
function lean(value: object, leaveOut: number): object {
  const entries = Object.entries(value)
  const kept = entries.filter(([name, field], index) => {
    return !(name in DEFAULTS && field === DEFAULTS[name] && ((leaveOut >> index) & 1) === 1)
  })
  return Object.fromEntries(kept.map(([name, field]) => [name, leanField(field, leaveOut)]))
}

function leanField(field: unknown, leaveOut: number): unknown {
  if (Array.isArray(field)) return field.map((item) => leanField(item, leaveOut))
  const nested = typeof field === 'object' && field !== null && !(field instanceof Uint8Array)
  return nested ? lean(field, leaveOut) : field
}

function withText(input: object, text: string): object {
  return Object.fromEntries(
    Object.entries(input).map(([name, field]) => [name, field instanceof Uint8Array ? text : field]),
  )
}

/** Any packet that {@link encode} accepts. */
export function packetInput(fc: Combinators, packet: Arbitrary<Packet>): Arbitrary<PacketInput> {
  return fc
    .tuple(packet, fc.integer({ min: 0, max: 0x3ff }), maybe(fc, shortText(fc)))
    .map(([drawn, leaveOut, text]) => {
      const input = lean(drawn, leaveOut)
      return (text === undefined ? input : withText(input, text)) as PacketInput
    })
}
