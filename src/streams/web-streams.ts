// Web streams: bytes to packets, and packets to bytes.

import { encode } from '../encode.ts'
import type { DecodeError } from '../errors.ts'
import { assertOptions, type ParserOptions } from '../options.ts'
import type { Role } from '../packet-types.ts'
import type { PacketInput, PacketTo } from '../packets/packet.ts'
import { PacketParser } from '../parser.ts'
import type { EncodedBytes } from '../wire/host.ts'

/** The parts of the Streams API that are used here. */
interface ReadableController<Chunk> {
  enqueue(chunk: Chunk): void
  close(): void
  error(reason: unknown): void
}

interface WritableController {
  /** Missing in older browsers. */
  readonly signal?: { readonly aborted: boolean; readonly reason: unknown }
  error(reason: unknown): void
}

interface StreamHost {
  readonly ReadableStream: new <Chunk>(
    source: {
      start(controller: ReadableController<Chunk>): void | Promise<void>
      pull(controller: ReadableController<Chunk>): void | Promise<void>
      cancel(reason: unknown): void | Promise<void>
    },
    strategy: { highWaterMark: number },
  ) => ReadableStream<Chunk>
  readonly WritableStream: new <Chunk>(sink: {
    start(controller: WritableController): void | Promise<void>
    write(chunk: Chunk): void | Promise<void>
    close(): void | Promise<void>
    abort(reason: unknown): void | Promise<void>
  }) => WritableStream<Chunk>
  readonly TransformStream: new <In, Out>(transformer: {
    transform(chunk: In, controller: { enqueue(chunk: Out): void }): void
  }) => { readonly readable: ReadableStream<Out>; readonly writable: WritableStream<In> }
}

const streams = globalThis as unknown as StreamHost

/**
 * Transforms bytes to packets, as TextDecoderStream does for text: `source.pipeThrough(new PacketDecoderStream())`.
 *
 * Packets are delivered on demand. The write of a chunk completes when its last packet has been read. The first malformed
 * packet, after all packets before it have been read, fails both sides and the write of its chunk with its DecodeError; so
 * does a source that ends inside a packet. In every other respect it behaves like the host's TransformStream.
 */
export class PacketDecoderStream<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> {
  readonly readable: ReadableStream<PacketTo<R, Bytes>>
  readonly writable: WritableStream<Bytes>

  /** @throws TypeError if the options are invalid */
  constructor(options?: ParserOptions<R>) {
    const sides = new DecodingSides<Bytes, R>(options)
    this.readable = new streams.ReadableStream(sides.source, { highWaterMark: 0 })
    this.writable = new streams.WritableStream(sides.sink)
  }
}

/** Why one side has ended; the reason may be undefined. */
interface Ending {
  readonly reason: unknown
}

/**
 * Both sides of a PacketDecoderStream. They follow the Streams Standard's algorithms for TransformStream, step by step,
 * because a TransformStream itself cannot wait for demand before it delivers the second packet of a chunk.
 */
class DecodingSides<Bytes extends Uint8Array, R extends Role> {
  readonly #packets: LookaheadParser<Bytes, R>
  #output!: ReadableController<PacketTo<R, Bytes>>
  #input!: WritableController
  /** Whether the readable side wants a packet: the opposite of the standard's `backpressure`. */
  #wanted = false
  #change = new Signal()
  /** Set by whichever of close, abort and cancel comes first, and shared by the others. */
  #finish: Promise<void> | undefined = undefined
  #outputError: Ending | undefined = undefined
  #inputError: Ending | undefined = undefined
  #aborted: Ending | undefined = undefined
  #cancelled = false

  constructor(options: ParserOptions<R> | undefined) {
    this.#packets = new LookaheadParser(options)
  }

  readonly source = {
    start: (controller: ReadableController<PacketTo<R, Bytes>>): Promise<void> => {
      this.#output = controller
      return STARTED
    },

    /** Signals demand. It is not called again until a packet is delivered. */
    pull: (): Promise<void> => {
      this.#setWanted(true)
      return this.#change.promise
    },

    cancel: (reason: unknown): Promise<void> => {
      this.#cancelled = true
      this.#finish ??= inMicrotask(() => {
        if (this.#aborted !== undefined) throw this.#aborted.reason
        this.#failInput(reason)
      })
      return this.#finish
    },
  }

  readonly sink = {
    start: (controller: WritableController): Promise<void> => {
      this.#input = controller
      return STARTED
    },

    write: async (chunk: Bytes): Promise<void> => {
      let more = await this.#deliverNext(() => this.#packets.push(chunk))
      while (more) more = await this.#deliverNext(() => {})
    },

    close: (): Promise<void> => {
      this.#finish ??= inMicrotask(() => {
        try {
          this.#packets.end()
        } catch (error) {
          this.#output.error(error)
          throw error
        }
        if (!this.#cancelled) this.#output.close()
      })
      return this.#finish
    },

    abort: (reason: unknown): Promise<void> => {
      this.#aborted = { reason }
      this.#finish ??= inMicrotask(() => {
        if (this.#outputError !== undefined) throw this.#outputError.reason
        this.#output.error(reason)
      })
      return this.#finish
    },
  }

  /** Waits for demand, then delivers one packet. Returns true if the chunk holds another packet, or an error. */
  async #deliverNext(prepare: () => void): Promise<boolean> {
    if (!this.#wanted) await this.#change.promise
    if (this.#inputError !== undefined) throw this.#inputError.reason
    if (this.#input.signal?.aborted) throw this.#input.signal.reason
    if (this.#cancelled) return false // the writable side is about to be told
    try {
      return await this.#deliver(prepare)
    } catch (error) {
      this.#outputError = { reason: error }
      this.#output.error(error)
      this.#failInput(error)
      throw error
    }
  }

  /** Asynchronous, so that its errors reach both sides at the same time as a transformer's would. */
  async #deliver(prepare: () => void): Promise<boolean> {
    prepare()
    const packet = this.#packets.take()
    if (packet === undefined) return false
    this.#output.enqueue(packet)
    this.#setWanted(false)
    return this.#packets.hasNext
  }

  #failInput(reason: unknown): void {
    if (!this.#input.signal?.aborted) this.#inputError ??= { reason }
    this.#input.error(reason)
    if (!this.#wanted) this.#setWanted(true) // wakes up a waiting `write`
  }

  #setWanted(wanted: boolean): void {
    this.#wanted = wanted
    this.#change.resolve()
    this.#change = new Signal()
  }
}

/** A promise with its resolve function. */
class Signal {
  resolve!: () => void
  readonly promise: Promise<void> = new Promise((resolve) => {
    this.resolve = resolve
  })
}

// Not undefined: the sides of a TransformStream wait for a promise, and so start a microtask later.
const STARTED = /* @__PURE__ */ Promise.resolve()

function inMicrotask(action: () => void): Promise<void> {
  return Promise.resolve().then(action)
}

/**
 * A parser that decodes one packet ahead, so that it knows whether the chunk holds another. Reports and errors are held back
 * until that packet is taken.
 */
class LookaheadParser<Bytes extends Uint8Array, R extends Role> {
  readonly #parser: PacketParser<Bytes, R>
  readonly #onTolerated: ((violation: DecodeError) => void) | undefined = undefined
  #reports: DecodeError[] = []
  #ahead: (() => PacketTo<R, Bytes>) | undefined = undefined

  constructor(options: ParserOptions<R> | undefined) {
    const own = { ...options }
    const { onTolerated } = own
    if (typeof onTolerated !== 'function') {
      this.#parser = new PacketParser(options)
      return
    }
    assertOptions(options) // `own` is an object whatever `options` is
    this.#onTolerated = onTolerated
    this.#parser = new PacketParser({
      ...own,
      onTolerated: (violation) => void this.#reports.push(violation),
    })
  }

  get hasNext(): boolean {
    return this.#ahead !== undefined
  }

  push(chunk: Bytes): void {
    this.#parser.push(chunk)
    this.#readAhead()
  }

  take(): PacketTo<R, Bytes> | undefined {
    const packet = this.#ahead?.()
    this.#readAhead()
    return packet
  }

  end(): void {
    this.#parser.end()
  }

  #readAhead(): void {
    let outcome: (() => PacketTo<R, Bytes>) | undefined
    try {
      const packet = this.#parser.read()
      outcome = packet && (() => packet)
    } catch (error) {
      outcome = () => {
        throw error
      }
    }
    const reports = this.#reports
    this.#ahead = outcome
    if (reports.length === 0) return
    this.#reports = []
    this.#ahead = () => {
      for (const report of reports) this.#onTolerated!(report)
      return outcome!() // reports are only made of packets that are complete
    }
  }
}

/**
 * Transforms packets to bytes, one chunk per packet: `packets.pipeThrough(new PacketEncoderStream())`. A packet that cannot
 * be encoded fails both sides with its EncodeError; none of its bytes are written.
 */
export class PacketEncoderStream {
  readonly readable: ReadableStream<EncodedBytes>
  readonly writable: WritableStream<PacketInput>

  constructor() {
    const { readable, writable } = new streams.TransformStream<PacketInput, EncodedBytes>({
      transform(packet, controller) {
        controller.enqueue(encode(packet))
      },
    })
    this.readable = readable
    this.writable = writable
  }
}
