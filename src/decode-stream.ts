// decodeStream: the packets of any iterable source of chunks, with rules for who closes the source.
// Leaving the loop closes it, as `for await` does. A DecodeError leaves it open, so that you can answer the peer.

import { DecodeError } from './errors.ts'
import type { ParserOptions } from './options.ts'
import type { Role } from './packet-types.ts'
import type { Packet, PacketTo } from './packets/packet.ts'
import { PacketParser } from './parser.ts'
import { show } from './show.ts'
import type { HostBytes } from './wire/host.ts'

/** Options of {@link decodeStream}. */
export interface DecodeStreamOptions<R extends Role = Role> extends ParserOptions<R> {
  /** Closes the source when aborted; the iterator then rejects with the signal's `reason`. */
  readonly signal?: StopSignal | undefined
}

/** The parts of AbortSignal that are used here. */
interface StopSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** `Bytes`, or `OfAny` if the source yields `any`, as the types of Node's streams do. */
type KnownBytes<Bytes extends Uint8Array, OfAny extends Uint8Array> = 0 extends 1 & Bytes ? OfAny : Bytes

/**
 * Decodes the packets of a source of chunks, such as a `net.Socket` or a ReadableStream, one at a time, without reading
 * ahead.
 *
 * Leaving the loop, calling `return` or `throw`, and aborting `signal` close the source, as `for await` does. After a
 * DecodeError the source is left open and unlocked, without listeners, so that you can follow `error.action`. From then
 * on you must handle its errors: a Node stream needs an `'error'` listener.
 *
 * @throws DecodeError in the loop, after all packets before the malformed one; `incomplete-packet` if the source ends
 *   inside a packet
 * @throws TypeError if the source is not iterable, yields anything but Uint8Arrays, or the options are invalid
 */
export function decodeStream<Bytes extends Uint8Array, R extends Role = Role>(
  source: ReadableStream<Bytes>,
  options?: DecodeStreamOptions<R>,
): AsyncIterableIterator<PacketTo<R, KnownBytes<Bytes, Uint8Array>>>
export function decodeStream<Bytes extends Uint8Array, R extends Role = Role>(
  source: AsyncIterable<Bytes> | Iterable<Bytes>,
  options?: DecodeStreamOptions<R>,
): AsyncIterableIterator<PacketTo<R, KnownBytes<Bytes, HostBytes>>>
export function decodeStream(source: unknown, options?: DecodeStreamOptions): AsyncIterableIterator<Packet> {
  return new PacketStream(source, options)
}

interface Request<P> {
  resolve(result: IteratorResult<P, undefined>): void
  reject(reason: unknown): void
}

/**
 * An async generator would queue `return` until the source yields its next chunk. This class settles it immediately;
 * otherwise it settles calls in order, as a generator does.
 */
class PacketStream<P> implements AsyncIterableIterator<P> {
  private readonly source: unknown
  private readonly options: DecodeStreamOptions | undefined
  private parser: { push(chunk: Uint8Array): unknown; read(): unknown; end(): void } | undefined = undefined
  private chunks: Chunks | undefined = undefined
  private signal: StopSignal | undefined = undefined
  /** Pending calls of `next`, processed one at a time. */
  private requests: Request<P>[] = []
  private finished = false
  /** The reason, if the signal was aborted while no call of `next` was pending. */
  private aborted: { readonly reason: unknown } | undefined = undefined

  constructor(source: unknown, options: DecodeStreamOptions | undefined) {
    this.source = source
    this.options = options
  }

  next(): Promise<IteratorResult<P, undefined>> {
    return new Promise((resolve, reject) => {
      const { aborted } = this
      this.aborted = undefined
      if (aborted !== undefined) reject(aborted.reason)
      else if (this.finished) resolve(DONE)
      else if (this.requests.push({ resolve, reject }) === 1) void this.answer()
    })
  }

  async return(value?: unknown): Promise<IteratorResult<P, undefined>> {
    await this.leave()
    return { done: true, value: (await value) as undefined }
  }

  async throw(error?: unknown): Promise<never> {
    await this.leave().catch(ignore) // as in `for await`, `error` takes precedence over errors from closing the source
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Settles all requests in order. The stream may be finished by another call during any await. */
  private async answer(): Promise<void> {
    let waitsForSource = false
    try {
      if (this.parser === undefined) this.start()
      while (this.requests.length > 0) {
        const packet = this.parser!.read()
        if (this.finished) return // onTolerated finished it
        if (packet !== undefined) {
          this.requests.shift()!.resolve({ done: false, value: packet as P })
          continue
        }
        waitsForSource = true
        const { done, value } = await this.chunks!.next()
        waitsForSource = false
        if (this.finished) return
        if (done) {
          this.parser!.end()
          const requests = this.finish()
          await this.chunks!.release()
          for (const { resolve } of requests) resolve(DONE)
        } else {
          this.parser!.push(value as Uint8Array) // throws for any other type
        }
      }
    } catch (error) {
      if (this.finished) return
      const [first, ...others] = this.finish()
      if (waitsForSource || error instanceof DecodeError) await this.chunks?.release()
      else if (this.chunks !== undefined) await this.close(undefined).catch(ignore)
      first!.reject(error)
      for (const { resolve } of others) resolve(DONE)
    }
  }

  /** Called by the first `next`: until then neither the options nor the source are touched. */
  private start(): void {
    const { signal, options } = separateSignal(this.options)
    this.parser = new PacketParser(options)
    this.chunks = chunksOf(this.source)
    this.signal = signal
    if (signal?.aborted) this.abort()
    else signal?.addEventListener('abort', this.abort)
  }

  /** Closes the source on behalf of the caller. Does not wait for that while a read from the source is pending. */
  private async leave(): Promise<void> {
    this.aborted = undefined
    if (this.finished) return
    const requests = this.finish()
    const closing = this.close(undefined)
    for (const { resolve } of requests) resolve(DONE)
    if (requests.length === 0) await closing
    else closing.catch(ignore)
  }

  private readonly abort = (): void => {
    const { reason } = this.signal!
    const [first, ...others] = this.finish()
    this.close(reason).catch(ignore)
    if (first === undefined) this.aborted = { reason }
    else first.reject(reason)
    for (const { resolve } of others) resolve(DONE)
  }

  private finish(): Request<P>[] {
    this.finished = true
    this.signal?.removeEventListener('abort', this.abort)
    const { requests } = this
    this.requests = []
    return requests
  }

  private async close(reason: unknown): Promise<void> {
    this.chunks ??= chunksOf(this.source)
    await this.chunks.close(reason)
  }
}

const DONE = Object.freeze({ done: true, value: undefined })

function ignore(): void {}

/** Separates the signal from the other options, which the parser checks. */
function separateSignal(given: DecodeStreamOptions | undefined): {
  readonly signal?: StopSignal | undefined
  readonly options: ParserOptions | undefined
} {
  if (!Object.keys(Object(given)).includes('signal')) return { options: given }
  const { signal, ...options } = given!
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`signal must be an AbortSignal, not ${show(signal)}`)
  return { signal, options }
}

/** A source of chunks, opened for reading. */
interface Chunks {
  next(): PromiseLike<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Stops reading and leaves the source open. */
  release(): unknown
  /** Closes the source, even while a call of `next` is pending. */
  close(reason: unknown): unknown
}

interface NodeStream {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterator<unknown>
  destroy(): unknown
}

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(reason: unknown): Promise<void>
  releaseLock(): void
}

function chunksOf(source: unknown): Chunks {
  if (has(source, 'iterator') && has(source, 'destroy')) return chunksOfNodeStream(source as never)
  if (has(source, 'getReader')) return chunksOfReadableStream(source as never)
  if (has(source, Symbol.asyncIterator)) return chunksOfIterable(source, Symbol.asyncIterator)
  if (has(source, Symbol.iterator)) return chunksOfIterable(source, Symbol.iterator)
  throw new TypeError(`expected a stream or an iterable of Uint8Arrays, not ${show(source)}`)
}

function has<Name extends PropertyKey>(
  value: unknown,
  name: Name,
): value is Record<Name, () => Iterator<unknown> | AsyncIterator<unknown>> {
  return typeof (value as Record<Name, unknown> | undefined | null)?.[name] === 'function'
}

function chunksOfNodeStream(stream: NodeStream): Chunks {
  const iterator = stream.iterator({ destroyOnReturn: false })
  return {
    next: () => iterator.next(),
    release: () => iterator.return?.(), // removes the listeners
    // Not through the iterator, which would wait for the next chunk. Its listeners stay attached and catch errors from closing.
    close: () => void stream.destroy(),
  }
}

/** Uses a reader rather than `values()`, which Safari does not have and which cannot cancel while a read is pending. */
function chunksOfReadableStream(stream: { getReader(): Reader }): Chunks {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    release: () => reader.releaseLock(),
    close(reason) {
      const cancelled = reader.cancel(reason)
      reader.releaseLock()
      return cancelled
    },
  }
}

function chunksOfIterable<Method extends symbol>(
  source: Record<Method, () => Iterator<unknown> | AsyncIterator<unknown>>,
  method: Method,
): Chunks {
  const iterator = source[method]()
  return {
    async next() {
      const { done, value } = await iterator.next()
      return { done, value: await value } // a synchronous iterable may yield promises
    },
    release() {},
    close: () => iterator.return?.(),
  }
}
