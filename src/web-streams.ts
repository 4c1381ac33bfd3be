// The web's streams: bytes in, packets out, and the other way about.

import { encode } from './encode.ts'
import type { DecodeError } from './errors.ts'
import type { ParserOptions } from './options.ts'
import type { Role } from './packet-types.ts'
import type { PacketInput, PacketTo } from './packets/packet.ts'
import { PacketParser } from './parser.ts'

/** What of the web's streams is used. */
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
 * Bytes in, packets out, as TextDecoderStream is: `source.pipeThrough(new PacketDecoderStream())`.
 *
 * Packets are delivered when they are asked for. A chunk is written once its last packet was read. The first malformed
 * packet ends both sides with its DecodeError, the writing of its chunk included, after all packets before it were read;
 * so does a source that ends inside a packet. Everything else is as in the host's TransformStream.
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

/** Why one side was ended; the reason may be undefined. */
interface Ending {
  readonly reason: unknown
}

/**
 * Both sides of a PacketDecoderStream. They follow the Streams Standard's algorithms for a TransformStream, step by
 * step, because a TransformStream itself does not tell when a chunk's second packet is asked for.
 */
class DecodingSides<Bytes extends Uint8Array, R extends Role> {
  private readonly packets: PacketsAhead<Bytes, R>
  private output!: ReadableController<PacketTo<R, Bytes>>
  private input!: WritableController
  /** Whether the readable side asks for a packet: the opposite of the standard's `backpressure`. */
  private wanted = false
  private change = new Signal()
  /** Set by whichever of close, abort and cancel comes first, and shared by the others. */
  private finish: Promise<void> | undefined = undefined
  private outputError: Ending | undefined = undefined
  private inputError: Ending | undefined = undefined
  private aborted: Ending | undefined = undefined
  private cancelled = false

  constructor(options: ParserOptions<R> | undefined) {
    this.packets = new PacketsAhead(options)
  }

  readonly source = {
    start: (controller: ReadableController<PacketTo<R, Bytes>>): Promise<void> => {
      this.output = controller
      return STARTED
    },

    /** Asks for a packet, and is not called again until there is one. */
    pull: (): Promise<void> => {
      this.setWanted(true)
      return this.change.promise
    },

    cancel: (reason: unknown): Promise<void> => {
      this.cancelled = true
      this.finish ??= soon(() => {
        if (this.aborted !== undefined) throw this.aborted.reason
        this.failInput(reason)
      })
      return this.finish
    },
  }

  readonly sink = {
    start: (controller: WritableController): Promise<void> => {
      this.input = controller
      return STARTED
    },

    write: async (chunk: Bytes): Promise<void> => {
      let more = await this.passOn(() => this.packets.push(chunk))
      while (more) more = await this.passOn(() => {})
    },

    close: (): Promise<void> => {
      this.finish ??= soon(() => {
        try {
          this.packets.end()
        } catch (error) {
          this.output.error(error)
          throw error
        }
        if (!this.cancelled) this.output.close()
      })
      return this.finish
    },

    abort: (reason: unknown): Promise<void> => {
      this.aborted = { reason }
      this.finish ??= soon(() => {
        if (this.outputError !== undefined) throw this.outputError.reason
        this.output.error(reason)
      })
      return this.finish
    },
  }

  /** Delivers one packet once it is asked for; true if the chunk holds another, or an error. */
  private async passOn(prepare: () => void): Promise<boolean> {
    if (!this.wanted) await this.change.promise
    if (this.inputError !== undefined) throw this.inputError.reason
    if (this.input.signal?.aborted) throw this.input.signal.reason
    if (this.cancelled) return false // the writable side learns of it in a moment
    try {
      return await this.deliver(prepare)
    } catch (error) {
      this.outputError = { reason: error }
      this.output.error(error)
      this.failInput(error)
      throw error
    }
  }

  /** Asynchronous so that what it throws ends both sides when what a transformer throws would. */
  private async deliver(prepare: () => void): Promise<boolean> {
    prepare()
    const packet = this.packets.take()
    if (packet === undefined) return false
    this.output.enqueue(packet)
    this.setWanted(false)
    return this.packets.hasNext
  }

  private failInput(reason: unknown): void {
    if (!this.input.signal?.aborted) this.inputError ??= { reason }
    this.input.error(reason)
    if (!this.wanted) this.setWanted(true) // lets a waiting `write` see it
  }

  private setWanted(wanted: boolean): void {
    this.wanted = wanted
    this.change.resolve()
    this.change = new Signal()
  }
}

/** A promise, and what resolves it. */
class Signal {
  resolve!: () => void
  readonly promise: Promise<void> = new Promise((resolve) => {
    this.resolve = resolve
  })
}

// Rather than undefined: a TransformStream's two sides wait for a promise, and so start a moment later.
const STARTED = Promise.resolve()

function soon(action: () => void): Promise<void> {
  return Promise.resolve().then(action)
}

/**
 * A parser that decodes one packet ahead, so that it knows whether the chunk holds another. What the user sees of it,
 * reports and errors, waits until that packet is taken.
 */
class PacketsAhead<Bytes extends Uint8Array, R extends Role> {
  private readonly parser: PacketParser<Bytes, R>
  private readonly onTolerated: ((violation: DecodeError) => void) | undefined = undefined
  private reports: DecodeError[] = []
  private ahead: (() => PacketTo<R, Bytes>) | undefined = undefined

  constructor(options: ParserOptions<R> | undefined) {
    const own = { ...options }
    const { onTolerated } = own
    if (typeof onTolerated !== 'function') {
      this.parser = new PacketParser(options)
      return
    }
    this.onTolerated = onTolerated
    this.parser = new PacketParser({ ...own, onTolerated: (violation) => void this.reports.push(violation) })
  }

  get hasNext(): boolean {
    return this.ahead !== undefined
  }

  push(chunk: Bytes): void {
    this.parser.push(chunk)
    this.look()
  }

  take(): PacketTo<R, Bytes> | undefined {
    const packet = this.ahead?.()
    if (packet !== undefined) this.look()
    return packet
  }

  end(): void {
    this.parser.end()
  }

  private look(): void {
    let outcome: (() => PacketTo<R, Bytes>) | undefined
    try {
      const packet = this.parser.read()
      outcome = packet && (() => packet)
    } catch (error) {
      outcome = () => {
        throw error
      }
    }
    const { reports } = this
    this.ahead = outcome
    if (outcome === undefined || reports.length === 0) return
    this.reports = []
    this.ahead = () => {
      for (const report of reports) this.onTolerated!(report)
      return outcome()
    }
  }
}

/**
 * Packets in, bytes out, one chunk per packet: `packets.pipeThrough(new PacketEncoderStream())`. A packet that cannot be
 * encoded ends both sides with its EncodeError; nothing of it was written.
 */
export class PacketEncoderStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<PacketInput>

  constructor() {
    const { readable, writable } = new streams.TransformStream<PacketInput, Uint8Array>({
      transform(packet, controller) {
        controller.enqueue(encode(packet))
      },
    })
    this.readable = readable
    this.writable = writable
  }
}
