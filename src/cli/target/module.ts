// Adapters: modules that wrap a parser under test.

import { pathToFileURL } from 'node:url'
import { UsageError } from '../usage.ts'
import { type Declaration, declarationFrom } from './declaration.ts'

/** Parses the next chunk of a stream. If it returns a promise, the next chunk waits for it. */
export type Feed = (chunk: Buffer) => unknown

/**
 * The exports of an adapter: `open`, or `accepts` for a parser that only accepts or refuses. Those from `read` on are for
 * `bench` alone.
 */
export interface Adapter {
  /** Opens a parser for one stream. It passes every packet to `onPacket`, and throws from the feed to refuse one. */
  readonly open?: (onPacket: (packet: unknown) => void) => Feed
  /** Whether the parser accepts a stream of complete packets, given in chunks. */
  readonly accepts?: (chunks: Buffer[]) => boolean | Promise<boolean>
  /** Whether a thrown value is a refusal; any other is a crash. For the default see {@link isRefusal}. */
  readonly isRefusal?: (error: unknown) => boolean
  /** What the parser declares about itself. */
  readonly declares?: Declaration
  /** The packet in mqtt-wire's shape, if `onPacket` is given it in another one. */
  readonly neutral?: (packet: unknown) => unknown
  /** Reads something of each field of a packet, where `neutral` is not to be timed: see bench/README.md. */
  readonly read?: (packet: unknown) => number
  /** Encodes a packet, which is in mqtt-wire's shape unless `native` has turned it into another one. */
  readonly encode?: (packet: unknown) => Uint8Array
  /** Encodes a packet at an offset of `target`, and returns the number of bytes. */
  readonly encodeInto?: (packet: unknown, target: Buffer, offset: number) => number
  /** What `encode` is to be given for a packet in mqtt-wire's shape. It is not timed. */
  readonly native?: (packet: unknown) => unknown
  /** Empties the parser's caches. */
  readonly forget?: () => void
}

/** @throws UsageError if the module cannot be loaded, or is not an adapter */
export async function loadAdapter(file: string): Promise<Adapter> {
  let adapter: Adapter
  try {
    adapter = await import(pathToFileURL(file).href)
  } catch (error) {
    throw new UsageError(`cannot load ${file}: ${(error as Error).message}`)
  }
  if (typeof adapter.open !== 'function' && typeof adapter.accepts !== 'function')
    throw new UsageError(`${file} exports neither open nor accepts`)
  const wrong = FUNCTIONS.find((name) => !['function', 'undefined'].includes(typeof adapter[name]))
  if (wrong !== undefined) throw new UsageError(`${file} exports ${wrong}, which is not a function`)
  declarationFrom(adapter.declares ?? {}, `${file}, declares`)
  return adapter
}

const FUNCTIONS = ['neutral', 'read', 'encode', 'encodeInto', 'native', 'forget', 'isRefusal'] as const

/** The built-in errors of the language, which indicate bugs. */
const BUILT_IN_ERRORS: ReadonlySet<unknown> = new Set([
  TypeError,
  RangeError,
  ReferenceError,
  SyntaxError,
  EvalError,
  URIError,
])

/** Whether a thrown value is a refusal: by default any Error except the built-in ones. */
export function isRefusal({ isRefusal }: Adapter, error: unknown): boolean {
  if (isRefusal !== undefined) return isRefusal(error)
  if (!(error instanceof Error)) return false
  return ![...BUILT_IN_ERRORS].some((type) => error instanceof (type as ErrorConstructor))
}
