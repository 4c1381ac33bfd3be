// Packets from and to web streams.

import { encode } from './encode.ts'
import type { ParserOptions } from './options.ts'
import type { Role } from './packet-types.ts'
import type { PacketInput, PacketTo } from './packets/packet.ts'
import { PacketParser } from './parser.ts'

// The web's own types, where the user's program has them: these declarations merge with the DOM's and with Node's.
declare global {
  // biome-ignore lint: merged declarations must agree, `any` and all
  interface ReadableStream<R = any> {}
  // biome-ignore lint: as above
  interface WritableStream<W = any> {}
}

interface Writer<Chunk> {
  readonly closed: Promise<undefined>
  write(chunk: Chunk): Promise<void>
  close(): Promise<void>
  abort(reason: unknown): Promise<void>
}

interface WritableController {
  /** Aborted as soon as somebody aborts the stream, even while a chunk is being written. */
  readonly signal: { readonly aborted: boolean; readonly reason: unknown }
  error(reason: unknown): void
}

/** What is used of the host's streams. */
interface StreamHost {
  readonly WritableStream: new <Chunk>(sink: {
    start(controller: WritableController): void
    write(chunk: Chunk): Promise<void>
    close(): Promise<void>
    abort(reason: unknown): Promise<void>
  }) => WritableStream<Chunk>
  readonly TransformStream: new <In, Out>(transformer: {
    transform(chunk: In, controller: { enqueue(chunk: Out): void }): void
    flush?(): void
  }) => {
    readonly readable: ReadableStream<Out>
    readonly writable: WritableStream<In> & { getWriter(): Writer<In> }
  }
}

const host = globalThis as unknown as StreamHost

/**
 * Bytes in, packets out, as TextDecoderStream is: `source.pipeThrough(new PacketDecoderStream())`.
 *
 * It behaves as the host's own TransformStream would with one packet per chunk: a packet is read when it is asked for, and
 * an error ends both sides. But packets before a malformed one are delivered first, and a chunk counts as written once
 * its last packet was read; to know which is the last, it reads one packet ahead. A source that ends inside a packet ends both sides with `incomplete-packet`.
 */
export class PacketDecoderStream<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> {
  readonly readable: ReadableStream<PacketTo<R, Bytes>>
  readonly writable: WritableStream<Bytes>

  /** @throws TypeError if the options are invalid */
  constructor(options?: ParserOptions<R>) {
    const packets = new PacketSource<Bytes, R>(options)
    // Each step through it gives one packet, so that the host decides when the next is due.
    const steps = new host.TransformStream<() => PacketTo<R, Bytes> | undefined, PacketTo<R, Bytes>>({
      transform(step, output) {
        const packet = step()
        if (packet !== undefined) output.enqueue(packet)
      },
      flush: () => packets.end(),
    })
    const writer = steps.writable.getWriter()
    let input!: WritableController
    this.readable = steps.readable
    this.writable = new host.WritableStream<Bytes>({
      start(controller) {
        input = controller
      },
      async write(chunk) {
        const step = (first: boolean) => () => {
          if (input.signal.aborted) throw input.signal.reason
          if (first) packets.push(chunk)
          return packets.take()
        }
        try {
          await writer.write(step(true))
          while (packets.hasMore) await writer.write(step(false))
        } catch (error) {
          throw input.signal.aborted ? input.signal.reason : error // whoever aborted was first
        }
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    })
    writer.closed.catch((error) => input.error(error)) // the reader has cancelled, or a packet was malformed
  }
}

/** A parser that knows whether there is another packet, or an error, in what was pushed. */
class PacketSource<Bytes extends Uint8Array, R extends Role> {
  private readonly parser: PacketParser<Bytes, R>
  private next: (() => PacketTo<R, Bytes>) | undefined

  constructor(options: ParserOptions<R> | undefined) {
    this.parser = new PacketParser(options)
  }

  get hasMore(): boolean {
    return this.next !== undefined
  }

  push(chunk: Bytes): void {
    this.parser.push(chunk)
    this.lookAhead()
  }

  take(): PacketTo<R, Bytes> | undefined {
    const { next } = this
    if (next === undefined) return undefined
    const packet = next()
    this.lookAhead()
    return packet
  }

  end(): void {
    this.parser.end()
  }

  private lookAhead(): void {
    try {
      const packet = this.parser.read()
      this.next = packet === undefined ? undefined : () => packet
    } catch (error) {
      this.next = () => {
        throw error
      }
    }
  }
}

/**
 * Packets in, bytes out, one chunk a packet: `packets.pipeThrough(new PacketEncoderStream())`. A packet that cannot be
 * encoded ends both sides with its EncodeError; nothing of it was written.
 */
export class PacketEncoderStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<PacketInput>

  constructor() {
    const { readable, writable } = new host.TransformStream<PacketInput, Uint8Array>({
      transform(packet, controller) {
        controller.enqueue(encode(packet))
      },
    })
    this.readable = readable
    this.writable = writable
  }
}
