// Links: the page's bytes and options in the fragment of its URL, which browsers do not send.

import type { ExplainOptions } from '../explain/index.ts'
import { PacketParser } from '../index.ts'
import { bytesOfHex, hexOf } from './hex.ts'

/** More bytes would make a link too long for programs that forward links. */
export const MAX_SHARED = 4_096

export interface Shared {
  readonly bytes: Uint8Array
  readonly options: ExplainOptions
}

/** `'hex=c000&role=server'` */
export function fragmentOf({ bytes, options }: Shared): string {
  const { role, protocols, tolerate, maxPacketSize } = options
  const parts = new URLSearchParams({ hex: hexOf(bytes) })
  if (role !== undefined) parts.set('role', role)
  if (protocols !== undefined) parts.set('protocols', [...protocols].join(','))
  if (tolerate !== undefined && [...tolerate].length > 0) parts.set('tolerate', JSON.stringify([...tolerate]))
  if (maxPacketSize !== undefined) parts.set('max-packet-size', String(maxPacketSize))
  return parts.toString()
}

/**
 * Reads a fragment, with or without `#`.
 *
 * @returns undefined if it has no `hex`
 * @throws TypeError with the reason if it is invalid
 */
export function sharedIn(fragment: string, defaults: ExplainOptions): Shared | undefined {
  const parts = new URLSearchParams(fragment.replace(/^#/, ''))
  const hex = parts.get('hex')
  if (hex === null) return undefined
  const bytes = bytesOfHex(hex)
  if (bytes === undefined) throw new TypeError('hex must be pairs of hexadecimal digits')
  const [role, protocols, tolerate, size] = ['role', 'protocols', 'tolerate', 'max-packet-size'].map((name) =>
    parts.get(name),
  )
  const options = {
    ...defaults,
    ...(role && { role }),
    ...(protocols && { protocols: protocols.split(',') }),
    ...(tolerate && { tolerate: listIn(tolerate) }),
    ...(size && { maxPacketSize: Number(size) }),
  } as ExplainOptions
  new PacketParser(options) // throws if they are not valid
  return { bytes, options }
}

function listIn(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new TypeError('tolerate must be a list in JSON')
  }
}
