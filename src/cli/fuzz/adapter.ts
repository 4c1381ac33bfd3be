// What a parser under test looks like from here.

import { pathToFileURL } from 'node:url'

/** Takes the next chunk of a stream, and may return a promise of having done so. */
export type Feed = (chunk: Buffer) => unknown

/** An adapter's exports. It has `open`, or `accepts` where a parser says no more than yes or no. */
export interface Adapter {
  /** Opens a parser for one stream. It hands every packet to `onPacket`, and refuses by throwing from the feed. */
  readonly open?: (onPacket: (packet: unknown) => void) => Feed
  /** Whether a stream of whole packets is allowed, given in chunks. */
  readonly accepts?: (chunks: Buffer[]) => boolean | Promise<boolean>
  /** Whether what was thrown is the parser's way to refuse; all else is a crash. Default: see {@link isRefusal}. */
  readonly isRefusal?: (error: unknown) => boolean
}

/** An adapter that cannot be used. */
export class AdapterError extends Error {}

/** @throws AdapterError if the module cannot be loaded, or is no adapter */
export async function loadAdapter(file: string): Promise<Adapter> {
  let adapter: Adapter
  try {
    adapter = await import(pathToFileURL(file).href)
  } catch (error) {
    throw new AdapterError(`cannot load ${file}: ${(error as Error).message}`)
  }
  if (typeof adapter.open !== 'function' && typeof adapter.accepts !== 'function')
    throw new AdapterError(`${file} exports neither open nor accepts`)
  return adapter
}

/** Errors that the language throws where a program is wrong. */
const OF_THE_LANGUAGE: ReadonlySet<unknown> = new Set([
  TypeError,
  RangeError,
  ReferenceError,
  SyntaxError,
  EvalError,
  URIError,
])

/** By default any Error is a refusal, unless it is one of the language's own. */
export function isRefusal({ isRefusal }: Adapter, error: unknown): boolean {
  if (isRefusal !== undefined) return isRefusal(error)
  if (!(error instanceof Error)) return false
  return ![...OF_THE_LANGUAGE].some((own) => error instanceof (own as ErrorConstructor))
}
