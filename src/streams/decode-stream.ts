// decodeStream: the packets of any iterable source of chunks, with rules for who closes the source.
// Leaving the loop closes it, as `for await` does. A DecodeError leaves it open, so that you can answer the peer.

import { DecodeError } from '../errors.ts'
import { assertOptions, type ParserOptions, type PieceParserOptions } from '../options.ts'
import type { Role } from '../packet-types.ts'
import type { PacketTo } from '../packets/packet.ts'
import type { ApplicationMessageHeader, Delivery, Publish } from '../packets/publish.ts'
import { PacketParser } from '../parser.ts'
import { type PacketOrPiece, PieceParser, type PublishStart } from '../piece-parser.ts'
import { show } from '../show.ts'
import type { HostBytes } from '../wire/host.ts'
import { DONE, Payload, type Request } from './payload.ts'
import { type Chunks, chunksOf } from './source.ts'

/** Options of {@link decodeStream}. */
export interface DecodeStreamOptions<R extends Role = Role> extends ParserOptions<R> {
  /** Closes the source when aborted; the iterator then rejects with the signal's `reason`. */
  readonly signal?: StopSignal | undefined
  readonly piecesFrom?: undefined
}

/** Options of {@link decodeStream} that make large payloads async iterables. */
export interface DecodePayloadStreamOptions<R extends Role = Role>
  extends PieceParserOptions<R>,
    Pick<DecodeStreamOptions, 'signal'> {
  /** Payloads of at least this many bytes, 1 or more, are async iterables. */
  readonly piecesFrom: number | undefined
}

/** The parts of AbortSignal that are used here. */
interface StopSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

interface StreamedMessage<Bytes extends Uint8Array> extends ApplicationMessageHeader {
  type: 'publish'
  /** You can iterate over it once, before you ask for the next packet. */
  payload: AsyncIterable<Bytes>
  /** The length of the payload in bytes. */
  payloadLength: number
}

/** A PUBLISH (§3.3) whose payload is read as it arrives. */
export type StreamedPublish<Bytes extends Uint8Array = Uint8Array> = StreamedMessage<Bytes> & Delivery

/** The same as {@link PacketTo}, but a PUBLISH that has a `payloadLength` is a {@link StreamedPublish}. */
export type StreamedPacketTo<R extends Role = Role, Bytes extends Uint8Array = Uint8Array> =
  | Exclude<PacketTo<R, Bytes>, { type: 'publish' }>
  | (Publish<Bytes> & { payloadLength?: undefined })
  | StreamedPublish<Bytes>

/** `Bytes`, or `OfAny` if the source yields `any`, as the types of Node's streams do. */
type KnownBytes<Bytes extends Uint8Array, OfAny extends Uint8Array> = 0 extends 1 & Bytes ? OfAny : Bytes

/**
 * Decodes the packets of a source of chunks, such as a `net.Socket` or a ReadableStream, one at a time, without reading
 * ahead.
 *
 * With `piecesFrom`, a PUBLISH with a payload of at least that many bytes has a `payloadLength`, and its payload is an async
 * iterable of pieces, which you can read once, as they arrive. Asking for the next packet skips what you have not read:
 * reading the payload after that throws a TypeError. Leaving a payload does not close the source. An error inside a payload
 * is thrown by the payload and by the iterator of packets.
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
export function decodeStream<Bytes extends Uint8Array, R extends Role = Role>(
  source: ReadableStream<Bytes>,
  options: DecodePayloadStreamOptions<R>,
): AsyncIterableIterator<StreamedPacketTo<R, KnownBytes<Bytes, Uint8Array>>>
export function decodeStream<Bytes extends Uint8Array, R extends Role = Role>(
  source: AsyncIterable<Bytes> | Iterable<Bytes>,
  options: DecodePayloadStreamOptions<R>,
): AsyncIterableIterator<StreamedPacketTo<R, KnownBytes<Bytes, HostBytes>>>
export function decodeStream(source: unknown, options?: Options): AsyncIterableIterator<StreamedPacketTo> {
  return new PacketIterator(source, options)
}

type Options = DecodeStreamOptions | DecodePayloadStreamOptions

/**
 * An async generator would queue `return` until the source yields its next chunk. This class settles it immediately;
 * otherwise it settles calls in order, as a generator does.
 */
class PacketIterator implements AsyncIterableIterator<StreamedPacketTo> {
  readonly #source: unknown
  readonly #options: Options | undefined
  #parser: { push(chunk: Uint8Array): unknown; read(): PacketOrPiece | undefined; end(): void } | undefined =
    undefined
  #chunks: Chunks | undefined = undefined
  #signal: StopSignal | undefined = undefined
  /** Pending calls of `next`, processed one at a time. */
  #requests: Request<StreamedPacketTo>[] = []
  /** The payload of the last packet, which can be read until the next packet is requested. */
  #payload: Payload<Uint8Array> | undefined = undefined
  #isAnswering = false
  #finished = false
  /** The error, or the signal's reason, that ended the stream while no call of `next` was pending. */
  #fault: { readonly reason: unknown } | undefined = undefined

  constructor(source: unknown, options: Options | undefined) {
    this.#source = source
    this.#options = options
  }

  next(): Promise<IteratorResult<StreamedPacketTo, undefined>> {
    return new Promise((resolve, reject) => {
      const fault = this.#fault
      this.#fault = undefined
      if (fault !== undefined) return reject(fault.reason)
      if (this.#finished) return resolve(DONE)
      this.#dropPayload('the next packet was requested')
      this.#requests.push({ resolve, reject })
      void this.#answer()
    })
  }

  async return(value?: unknown): Promise<IteratorResult<StreamedPacketTo, undefined>> {
    await this.#leave()
    return { done: true, value: (await value) as undefined }
  }

  async throw(error?: unknown): Promise<never> {
    await this.#leave().catch(ignore) // as in `for await`, `error` takes precedence over errors from closing the source
    throw error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Settles all requests in order. The stream may be finished by another call during any await. */
  async #answer(): Promise<void> {
    if (this.#isAnswering || this.#finished) return
    this.#isAnswering = true
    let waitsForSource = false
    try {
      if (this.#parser === undefined) this.#start()
      while (this.#requests.length > 0 || this.#payload?.isWanted) {
        const item = this.#parser!.read()
        if (this.#finished) return // onTolerated finished it
        if (item !== undefined) {
          this.#deliver(item)
          continue
        }
        waitsForSource = true
        const { done, value } = await this.#chunks!.next()
        waitsForSource = false
        if (this.#finished) return
        if (done) {
          this.#parser!.end()
          const requests = this.#finish()
          await this.#chunks!.release()
          for (const { resolve } of requests) resolve(DONE)
        } else {
          this.#parser!.push(value as Uint8Array) // throws for any other type
        }
      }
    } catch (error) {
      if (this.#finished) return
      const payload = this.#payload
      const requests = this.#finish()
      if (requests.length === 0) this.#fault = { reason: error }
      if (waitsForSource || error instanceof DecodeError) await this.#chunks?.release()
      else if (this.#chunks !== undefined) await this.#close(undefined).catch(ignore)
      payload?.fail(error)
      rejectFirst(requests, error)
    } finally {
      this.#isAnswering = false
    }
  }

  #deliver(item: PacketOrPiece): void {
    if (item.type === 'publish-piece') {
      this.#payload?.deliver(item.bytes, item.remaining)
      return
    }
    const packet = item.type === 'publish-start' ? this.#streamed(item) : item
    this.#requests.shift()!.resolve({ done: false, value: packet })
    if (this.#requests.length > 0) this.#dropPayload('the next packet was requested')
  }

  #streamed(start: PublishStart): StreamedPublish {
    const { topic, payloadLength, qos, dup, retain, packetId } = start
    const payload = new Payload<Uint8Array>(() => void this.#answer())
    this.#payload = payload
    return { type: 'publish', topic, payload, payloadLength, qos, dup, retain, packetId } as StreamedPublish
  }

  /** Called by the first `next`: until then neither the options nor the source are touched. */
  #start(): void {
    const { signal, options } = separateSignal(this.#options)
    const inPieces = Object.hasOwn(Object(options), 'piecesFrom') && options!.piecesFrom !== undefined
    this.#parser = inPieces ? new PieceParser(options) : new PacketParser(options as ParserOptions)
    this.#chunks = chunksOf(this.#source)
    this.#signal = signal
    if (signal?.aborted) this.#abort()
    else signal?.addEventListener('abort', this.#abort)
  }

  /** Closes the source on behalf of the caller. Does not wait for that while a read from the source is pending. */
  async #leave(): Promise<void> {
    this.#fault = undefined
    if (this.#finished) return
    this.#dropPayload('the stream was closed')
    const requests = this.#finish()
    const closing = this.#close(undefined)
    for (const { resolve } of requests) resolve(DONE)
    if (this.#isAnswering) closing.catch(ignore)
    else await closing
  }

  readonly #abort = (): void => {
    const { reason } = this.#signal!
    const payload = this.#payload
    const requests = this.#finish()
    this.#close(reason).catch(ignore)
    payload?.fail(reason)
    if (requests.length === 0) this.#fault = { reason }
    rejectFirst(requests, reason)
  }

  /** Makes the rest of the payload unreadable. */
  #dropPayload(reason: string): void {
    this.#payload?.fail(new TypeError(`${reason} before the payload was read to its end`))
    this.#payload = undefined
  }

  #finish(): Request<StreamedPacketTo>[] {
    this.#finished = true
    this.#signal?.removeEventListener('abort', this.#abort)
    const requests = this.#requests
    this.#requests = []
    return requests
  }

  async #close(reason: unknown): Promise<void> {
    this.#chunks ??= chunksOf(this.#source)
    await this.#chunks.close(reason)
  }
}

/** Rejects the first call and ends the others, as a generator does. */
function rejectFirst([first, ...others]: readonly Request<unknown>[], reason: unknown): void {
  first?.reject(reason)
  for (const { resolve } of others) resolve(DONE)
}

function ignore(): void {}

/** Separates the signal from the other options, which the parser checks. */
function separateSignal(given: Options | undefined): {
  readonly signal?: StopSignal | undefined
  readonly options: PieceParserOptions | undefined
} {
  if (!Object.keys(Object(given)).includes('signal')) return { options: given }
  assertOptions(given) // `options` is an object whatever `given` is
  const { signal, ...options } = given!
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw new TypeError(`signal must be an AbortSignal, not ${show(signal)}`)
  return { signal, options }
}
