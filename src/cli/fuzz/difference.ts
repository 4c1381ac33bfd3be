// Where a packet differs from another, and packets as text.

const LONGEST_TEXT = 300

/**
 * The first field that differs, by its path, if one does. A parser need not tell all fields: what its packet does not
 * have is not compared, except for `type`.
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

/** A packet as text: binary fields in hexadecimal, long ones cut short. */
export function packetText(packet: unknown): string {
  const text = JSON.stringify(plain(packet)) ?? String(packet)
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text
}

/** All of a packet that can be compared. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    return String(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}
