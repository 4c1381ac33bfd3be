// decodeStream: the packets of anything that can be iterated, with its own rules for who closes the source.
// The caller that leaves closes the source, as `for await` does. A DecodeError leaves it open, so that it can be answered.

import { DecodeError } from './errors.ts'
import type { ParserOptions } from './options.ts'
import type { Role } from './packet-types.ts'
import type { Packet, PacketTo } from './packets/packet.ts'
import { PacketParser } from './parser.ts'
import { show } from './show.ts'
import type { HostBytes } from './wire/host.ts'

/** Options of {@link decodeStream}. */
export interface DecodeStreamOptions<R extends Role = Role> extends ParserOptions<R> {
  /** Closes the source when it is aborted; the iterator then rejects with its `reason`. */
  readonly signal?: StopSignal | undefined
}

/** What of an AbortSignal is used. */
interface StopSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** `Bytes`, or what the chunks are where the source is typed with `any`, as Node's streams are. */
type KnownBytes<Bytes extends Uint8Array, OfAny extends Uint8Array> = 0 extends 1 & Bytes ? OfAny : Bytes

/**
 * The packets of a source of chunks, such as a `net.Socket` or a ReadableStream, one at a time: nothing is read ahead.
 *
 * If you leave the loop, or call `return` or `throw`, the source is closed as `for await` closes it; so it is when
 * `signal` is aborted. After a DecodeError the source is left open and unlocked, without listeners, so that you can
 * follow `error.action`. From then on its errors are yours: a Node stream needs an `'error'` listener.
 *
 * @throws DecodeError out of the loop, after all packets before the malformed one; `incomplete-packet` if the source
 *   ends inside a packet
 * @throws TypeError if the source is not iterable, gives anything but Uint8Arrays, or the options are invalid
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
 * An async generator would queue `return` until the source gives its next chunk. This settles it at once; otherwise it
 * answers in the order of the calls, as a generator does.
 */
class PacketStream<P> implements AsyncIterableIterator<P> {
  private readonly source: unknown
  private readonly options: DecodeStreamOptions | undefined
  private parser: { push(chunk: Uint8Array): unknown; read(): unknown; end(): void } | undefined = undefined
  private chunks: Chunks | undefined = undefined
  private signal: StopSignal | undefined = undefined
  /** The calls of `next` that wait for a packet; only the first is being worked on. */
  private requests: Request<P>[] = []
  private finished = false
  /** The reason of a signal that was aborted while nobody waited. */
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
    await this.leave().catch(ignore) // `error` outweighs what closing the source throws, as in `for await`
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Answers all requests, in their order. Every await may find the stream finished by somebody else. */
  private async answer(): Promise<void> {
    let waitsForSource = false
    try {
      if (this.parser === undefined) this.start()
      while (this.requests.length > 0) {
        const packet = this.parser!.read()
        if (this.finished) return // by onTolerated
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
          this.parser!.push(value as Uint8Array) // which refuses what is not
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

  /** Nothing is touched before the first call of `next`. */
  private start(): void {
    const { signal, options } = separate(this.options)
    this.parser = new PacketParser(options)
    this.chunks = chunksOf(this.source)
    this.signal = signal
    if (signal?.aborted) this.abort()
    else signal?.addEventListener('abort', this.abort)
  }

  /** The caller goes: closes the source, and waits for that unless the source itself is being waited for. */
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

/** Takes the signal out of the options. What else they hold is for the parser to check. */
function separate(given: DecodeStreamOptions | undefined): {
  readonly signal?: StopSignal | undefined
  readonly options: ParserOptions | undefined
} {
  if (!Object.keys(Object(given)).includes('signal')) return { options: given }
  const { signal, ...options } = given!
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`signal must be an AbortSignal, not ${show(signal)}`)
  return { signal, options }
}

/** A source that is being read. */
interface Chunks {
  next(): PromiseLike<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Lets the source go, open. */
  release(): unknown
  /** Ends the source, even while `next` waits for it. */
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
    release: () => iterator.return?.(), // takes the listeners off
    // Not by the iterator, which would wait for its next chunk. Its listeners stay and take the errors of closing.
    close: () => void stream.destroy(),
  }
}

/** By a reader rather than `values()`, which Safari lacks and which would wait for the next chunk to cancel. */
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
      return { done, value: await value } // promises, if the iterable is synchronous
    },
    release() {},
    close: () => iterator.return?.(),
  }
}
