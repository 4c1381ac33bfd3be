// The packets of whatever gives chunks: Node's streams, web streams, and everything else that can be iterated.

import { DecodeError } from './errors.ts'
import type { ParserOptions } from './options.ts'
import type { Role } from './packet-types.ts'
import type { PacketTo } from './packets/packet.ts'
import { PacketParser } from './parser.ts'
import type { HostBytes } from './wire/host.ts'

/** What is used of an AbortSignal. */
interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** What is used of a Node stream. Node's types say that it gives `any`; it gives Buffers. */
interface NodeStream {
  // biome-ignore lint/suspicious/noExplicitAny: Node's types have it
  [Symbol.asyncIterator](): AsyncIterator<any>
  // biome-ignore lint/suspicious/noExplicitAny: as above
  iterator(options?: { destroyOnReturn?: boolean }): AsyncIterator<any>
  destroy(): unknown
}

/** What is used of a web stream. */
interface WebStream<Bytes> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Bytes | undefined }>
    cancel(reason?: unknown): Promise<void>
    releaseLock(): void
  }
}

/** Options of {@link decodeStream}. */
export interface DecodeStreamOptions<R extends Role = Role> extends ParserOptions<R> {
  /** Closes the source when it is aborted, and rejects with its reason. */
  readonly signal?: Signal | undefined
}

/**
 * The packets of a source of chunks, one at a time: nothing is read ahead.
 *
 * After a DecodeError the source is left open and without a lock or a listener of ours, so that you can answer. Put an
 * `'error'` listener of your own on a socket. If you break off the loop, the source is closed as `for await` does.
 *
 * @param source a `net.Socket` or other Node stream, a web ReadableStream, or any iterable of Uint8Arrays
 * @throws DecodeError after all packets before the bad one; `incomplete-packet` if the source ends inside a packet
 * @throws TypeError if the source gives anything but Uint8Arrays, or the options are invalid
 */
export function decodeStream<R extends Role = Role>(
  source: NodeStream,
  options?: DecodeStreamOptions<R>,
): AsyncIterableIterator<PacketTo<R, HostBytes>>
export function decodeStream<Bytes extends Uint8Array, R extends Role = Role>(
  source: AsyncIterable<Bytes> | Iterable<Bytes> | WebStream<Bytes>,
  options?: DecodeStreamOptions<R>,
): AsyncIterableIterator<PacketTo<R, Bytes>>
export function decodeStream<Bytes extends Uint8Array, R extends Role>(
  source: Source<Bytes>,
  options?: DecodeStreamOptions<R>,
): AsyncIterableIterator<PacketTo<R, Bytes>> {
  return new StreamIterator<Bytes, R>(source, options)
}

type Source<Bytes> = AsyncIterable<Bytes> | Iterable<Bytes> | WebStream<Bytes> | NodeStream

/** Chunks, and two ways to stop: `release` leaves the source open, `close` does not. */
interface Chunks<Bytes> {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: Bytes | undefined }>
  release(): unknown
  /** @param isWaiting whether `next` has been called and not settled: the source may never answer */
  close(isWaiting: boolean): unknown
}

function chunksOf<Bytes>(source: Source<Bytes>): Chunks<Bytes> {
  if (isNodeStream(source)) {
    const iterator = source.iterator({ destroyOnReturn: false })
    return {
      next: () => iterator.next(),
      release: () => iterator.return?.(),
      close: () => source.destroy(),
    }
  }
  if ('getReader' in source) {
    const reader = source.getReader()
    return {
      async next() {
        const result = await reader.read()
        if (result.done) reader.releaseLock()
        return result
      },
      release: () => reader.releaseLock(),
      close(isWaiting) {
        const closed = reader.cancel().finally(() => reader.releaseLock())
        if (!isWaiting) return closed
        closed.catch(() => {}) // nobody waits for it
        return undefined
      },
    }
  }
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  return {
    async next() {
      const { done, value } = await iterator.next()
      return { done, value: await value }
    },
    release() {},
    close(isWaiting) {
      const closed = iterator.return?.()
      if (!isWaiting) return closed
      Promise.resolve(closed).catch(() => {}) // nobody waits for it
      return undefined
    },
  }
}

function isNodeStream(source: Source<unknown>): source is NodeStream {
  return 'iterator' in source && 'destroy' in source
}

type Result<P> = IteratorResult<P, undefined>

const DONE = { done: true, value: undefined } as const

class StreamIterator<Bytes extends Uint8Array, R extends Role>
  implements AsyncIterableIterator<PacketTo<R, Bytes>>
{
  private readonly source: Source<Bytes>
  private readonly options: DecodeStreamOptions<R> | undefined
  private parser: PacketParser<Bytes, R> | undefined
  private chunks: Chunks<Bytes> | undefined
  /** Whether the source has been asked for a chunk and has not answered. */
  private isWaiting = false
  private isStopped = false
  /** What the next call of `next` rejects with: the reason of the signal. */
  private rejection: { readonly reason: unknown } | undefined
  /** Calls of `next` are answered in order. */
  private lastCall: Promise<unknown> = Promise.resolve()
  /** Resolves when the iteration is stopped, so that nobody waits for the source any longer. */
  private readonly stopped: Promise<undefined>
  private resolveStopped!: (value: undefined) => void

  constructor(source: Source<Bytes>, options: DecodeStreamOptions<R> | undefined) {
    this.source = source
    this.options = options
    this.stopped = new Promise((resolve) => {
      this.resolveStopped = resolve
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result<PacketTo<R, Bytes>>> {
    const call = this.lastCall.then(() => this.advance())
    this.lastCall = call.catch(() => {})
    return call
  }

  async return(): Promise<Result<PacketTo<R, Bytes>>> {
    await this.stop('close')
    return DONE
  }

  async throw(error?: unknown): Promise<Result<PacketTo<R, Bytes>>> {
    await this.stop('close')
    throw error
  }

  private async advance(): Promise<Result<PacketTo<R, Bytes>>> {
    let how: 'release' | 'close' = 'close'
    try {
      const parser = this.open()
      while (!this.isStopped) {
        how = 'close' // what else is thrown is the fault of options, chunks, or a callback
        const packet = parser.read()
        if (packet !== undefined) return { done: false, value: packet }
        how = 'release' // the source broke
        const result = await this.nextChunk()
        if (result === undefined) break // stopped meanwhile
        if (result.done) {
          parser.end()
          await this.stop('release')
        } else {
          how = 'close'
          parser.push(result.value as Bytes)
        }
      }
    } catch (error) {
      if (!this.isStopped) {
        await this.stop(error instanceof DecodeError ? 'release' : how)
        throw error
      }
    }
    const { rejection } = this
    this.rejection = undefined
    if (rejection !== undefined) throw rejection.reason
    return DONE
  }

  /** The parser, which is made when the first packet is asked for. */
  private open(): PacketParser<Bytes, R> {
    if (this.parser === undefined) {
      const { signal, ...options } = this.options ?? {}
      this.parser = new PacketParser<Bytes, R>(options)
      signal?.addEventListener('abort', this.abort)
      if (signal?.aborted) this.abort()
    }
    return this.parser
  }

  private async nextChunk(): Promise<Awaited<ReturnType<Chunks<Bytes>['next']>> | undefined> {
    this.chunks ??= chunksOf(this.source)
    this.isWaiting = true
    const result = await Promise.race([this.chunks.next(), this.stopped])
    this.isWaiting = false
    return result
  }

  private readonly abort = (): void => {
    if (this.isStopped) return
    this.rejection = { reason: this.options?.signal?.reason }
    this.chunks ??= chunksOf(this.source)
    Promise.resolve(this.stop('close')).catch(() => {}) // the reason is what the caller hears of
  }

  private stop(how: 'release' | 'close'): unknown {
    if (this.isStopped) return undefined
    this.isStopped = true
    this.options?.signal?.removeEventListener('abort', this.abort)
    this.resolveStopped(undefined)
    return how === 'close' ? this.chunks?.close(this.isWaiting) : this.chunks?.release()
  }
}
