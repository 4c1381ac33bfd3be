// Compares packets, and formats them as text.

import { escaped } from '../terminal.ts'

const MAX_TEXT_LENGTH = 300

/**
 * Returns the path of the first field that differs, if any. A parser need not report all fields: fields that its packet does
 * not have are not compared, except `type`.
 */
export function differingField(expected: unknown, given: unknown, path = ''): string | undefined {
  if (expected instanceof Uint8Array) {
    return given instanceof Uint8Array && Buffer.compare(expected, given) === 0 ? undefined : path
  }
  if (typeof expected !== 'object' || expected === null) {
    return expected === (given ?? undefined) ? undefined : path
  }
  if (typeof given !== 'object' || given === null) return path
  if (Array.isArray(expected) && expected.length !== (given as unknown[]).length) return `${path}.length`
  for (const [name, value] of Object.entries(expected)) {
    if (!(name in given) && name !== 'type') continue
    const inner = path === '' ? name : Array.isArray(expected) ? `${path}[]` : `${path}.${name}`
    const differing = differingField(value, (given as Record<string, unknown>)[name], inner)
    if (differing !== undefined) return differing
  }
  return undefined
}

/** Formats a packet as text, truncated if it is long, with binary fields in hexadecimal. */
export function packetText(packet: unknown): string {
  const text = escaped(JSON.stringify(plain(packet)) ?? String(packet))
  return text.length > MAX_TEXT_LENGTH
    ? `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length} characters)`
    : text
}

/** Converts a packet to plain values that can be compared as JSON. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    return String(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
