// Contestants: what is measured, behind one interface.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Adapter } from '../../target/module.ts'
import { UsageError } from '../../usage.ts'

/** Called with each packet, in whatever shape the contestant has it. */
export type Visit = (packet: unknown) => void

export interface Contestant {
  readonly name: string
  /** A parser for one connection. */
  readonly open: (visit: Visit, options?: object) => unknown
  /** Decodes a chunk. If it returns a promise, the next chunk waits for it. */
  readonly feed: (parser: unknown, chunk: Buffer, visit: Visit) => unknown
  /** Reads a packet: see {@link readOf} in adapted.ts. */
  readonly read: (packet: unknown) => number
  /** The packet in mqtt-wire's shape. */
  readonly neutral: (packet: unknown) => object
  /** Whether fields that its packets lack are not compared. */
  readonly isPartial?: boolean
  /** From mqtt-wire's shape to its own. */
  readonly native?: (packet: unknown) => unknown
  readonly encode?: Encode | undefined
  readonly encodeInto?: EncodeInto | undefined
  /** Empties its caches. */
  readonly forget?: (() => void) | undefined
  readonly feedFrames?: Contestant['feed']
  readonly readFrame?: Contestant['read']
}

export type Encode = (native: unknown) => Uint8Array
/** Returns the number of bytes written. */
export type EncodeInto = (native: unknown, target: Buffer, offset: number) => number

/** The module of a contestant. */
export interface Entry {
  readonly path: string
  /** How it is called; a module that exports a name needs none. */
  readonly name?: string
}

const REQUIRED = ['name', 'open', 'feed', 'read', 'neutral'] as const

/**
 * Loads the module of a contestant, or an adapter, which becomes one. An `instance` of its own shares no code, and so no type
 * feedback, with any other.
 *
 * @throws UsageError if the module cannot be loaded, or is neither
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
