// Adapters: modules that wrap a parser under test.

import { pathToFileURL } from 'node:url'
import { UsageError } from '../usage.ts'
import { type Declaration, declarationFrom } from './declaration.ts'

/** Parses the next chunk of a stream. If it returns a promise, the next chunk waits for it. */
export type Feed = (chunk: Buffer) => unknown

/** The exports of an adapter: `open`, or `accepts` for a parser that only accepts or refuses. */
export interface Adapter {
  /** Opens a parser for one stream. It passes every packet to `onPacket`, and throws from the feed to refuse one. */
  readonly open?: (onPacket: (packet: unknown) => void) => Feed
  /** Whether the parser accepts a stream of complete packets, given in chunks. */
  readonly accepts?: (chunks: Buffer[]) => boolean | Promise<boolean>
  /** Whether a thrown value is a refusal; any other is a crash. For the default see {@link isRefusal}. */
  readonly isRefusal?: (error: unknown) => boolean
  /** What the parser declares about itself. */
  readonly declares?: Declaration
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
  declarationFrom(adapter.declares ?? {}, `${file}, declares`)
  return adapter
}

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
