// Packets as JSON. Bytes that are UTF-8 are text, as encode accepts them; other bytes are { "hex": "…" }.

import type { InputChunk } from '../explain/forms/form.ts'
import type { Packet } from '../index.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

type JsonBytes = string | { readonly hex: string }

function jsonBytes(bytes: Uint8Array): JsonBytes {
  try {
    return decoder.decode(bytes)
  } catch {
    return { hex: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex') }
  }
}

/** A packet and, if the input says so, its origin. */
export function packetToJson(
  packet: Packet,
  { connection, direction, milliseconds }: Omit<InputChunk, 'bytes'>,
): object {
  const origin = { connection, direction, milliseconds }
  if (packet.type === 'publish') return { ...origin, ...packet, payload: jsonBytes(packet.payload) }
  if (packet.type !== 'connect') return { ...origin, ...packet }
  const { will, password } = packet
  return {
    ...origin,
    ...packet,
    will: will && { ...will, payload: jsonBytes(will.payload) },
    password: password && jsonBytes(password),
  }
}

/** What {@link packetToJson} adds to the packet. */
const ORIGIN: ReadonlySet<string> = new Set(['connection', 'direction', 'milliseconds'])

/** Converts the JSON of a packet to the input of `encode`, which checks whether it is a packet. */
export function packetFromJson(json: object): object {
  const entries = Object.entries(json)
    .filter(([name]) => !ORIGIN.has(name))
    .map(([name, value]) => [name, fromJson(name, value)])
  return Object.fromEntries(entries)
}

function fromJson(name: string, value: unknown): unknown {
  if (name === 'will' && isObject(value)) return { ...value, payload: fromJson('payload', value.payload) }
  if (name !== 'payload' && name !== 'password') return value
  const isHex = isObject(value) && typeof value.hex === 'string' && Object.keys(value).length === 1
  return isHex && value.hex.length % 2 === 0 && !/[^\da-f]/i.test(value.hex)
    ? Buffer.from(value.hex, 'hex')
    : value
}

const isObject = (value: unknown): value is Record<string, unknown> & { hex: string } =>
  typeof value === 'object' && value !== null
