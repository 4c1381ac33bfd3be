// The interface of a contestant, and how its module is loaded.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Adapter } from '../../target/module.ts'
import { UsageError } from '../../usage.ts'

/** Called with each packet, in the contestant's own shape. */
export type Visit = (packet: unknown) => void

export interface Contestant {
  readonly name: string
  /** Returns a parser for one connection. */
  readonly open: (visit: Visit, options?: object) => unknown
  /** Decodes a chunk. If it returns a promise, the next chunk waits until it settles. */
  readonly feed: (parser: unknown, chunk: Buffer, visit: Visit) => unknown
  /** Reads a packet's fields, as {@link sumOfFields} in adapted.ts does. */
  readonly read: (packet: unknown) => number
  /** Converts a packet to mqtt-wire's shape. */
  readonly neutral: (packet: unknown) => object
  /** Whether its packets may lack fields. Missing fields are not compared. */
  readonly isPartial?: boolean
  /** Converts a packet from mqtt-wire's shape. */
  readonly native?: (packet: unknown) => unknown
  readonly encode?: Encode | undefined
  readonly encodeInto?: EncodeInto | undefined
  /** Clears its caches. */
  readonly forget?: (() => void) | undefined
  readonly feedFrames?: Contestant['feed']
  readonly readFrame?: Contestant['read']
}

export type Encode = (native: unknown) => Uint8Array
/** Returns the number of bytes written. */
export type EncodeInto = (native: unknown, target: Buffer, offset: number) => number

/** Where to find a contestant's module. */
export interface Entry {
  readonly path: string
  /** Its name in the tables, unless the module exports one. */
  readonly name?: string
}

const REQUIRED = ['name', 'open', 'feed', 'read', 'neutral'] as const

/**
 * Loads a contestant, or turns an adapter into one. Each `instance` gets its own copy of the module, so that instances
 * share no code and no type feedback.
 *
 * @throws UsageError if the module cannot be loaded or is neither a contestant nor an adapter
 */
export async function load({ path, name }: Entry, instance: string): Promise<Contestant> {
  const key = `?${encodeURIComponent(instance)}`
  let module: Record<string, unknown>
  try {
    module = await import(`${pathToFileURL(resolve(path)).href}${key}`)
  } catch (error) {
    throw new UsageError(`cannot load ${path}: ${(error as Error).message}`)
  }
  if (module.feed === undefined) {
    if (typeof module.open !== 'function') throw new UsageError(`${path} does not export open`)
    const adapted = new URL(`./adapted.js?${encodeURIComponent(`${instance} ${path}`)}`, import.meta.url)
    const { contestantFrom } = (await import(adapted.href)) as typeof import('./adapted.ts')
    return contestantFrom(module as Adapter, name ?? path)
  }
  const missing = REQUIRED.filter((name) => module[name] === undefined)
  if (missing.length > 0) throw new UsageError(`${path} does not export ${missing.join(', ')}`)
  return module as unknown as Contestant
}
