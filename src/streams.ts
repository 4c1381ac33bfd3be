// Packets from and to what the platform streams: async iterables, and the web's streams.

import { encode } from './encode.ts'
import type { ParserOptions } from './options.ts'
import type { Packet, PacketInput } from './packets/packet.ts'
import { PacketParser } from './parser.ts'

// The web's own types, where the user's program has them: these declarations merge with the DOM's and with Node's.
declare global {
  // biome-ignore lint: merged declarations must agree, `any` and all
  interface ReadableStream<R = any> {}
  // biome-ignore lint: as above
  interface WritableStream<W = any> {}
}

/** What of the web's streams is used here. */
interface ReadableController<Chunk> {
  enqueue(chunk: Chunk): void
  close(): void
  error(reason: unknown): void
}

interface StreamHost {
  readonly ReadableStream: new <Chunk>(
    source: {
      start(controller: ReadableController<Chunk>): void
      pull(controller: ReadableController<Chunk>): void | Promise<void>
      cancel(reason: unknown): void
    },
    strategy: { highWaterMark: number },
  ) => ReadableStream<Chunk>
  readonly WritableStream: new <Chunk>(sink: {
    start(controller: { error(reason: unknown): void }): void
    write(chunk: Chunk): void | Promise<void>
    close(): void
    abort(reason: unknown): void
  }) => WritableStream<Chunk>
  readonly TransformStream: new <In, Out>(transformer: {
    transform(chunk: In, controller: { enqueue(chunk: Out): void }): void
  }) => { readonly readable: ReadableStream<Out>; readonly writable: WritableStream<In> }
}

const streams = globalThis as unknown as StreamHost

/**
 * The packets of a source of chunks, a `net.Socket` for example, one at a time: nothing is read ahead.
 *
 * @throws DecodeError out of the loop, after all packets before the bad one; `incomplete-packet` if the source ends
 *   inside a packet
 * @throws TypeError if the source gives anything but Uint8Arrays, or for options that are none
 */
export async function* decodeStream<Bytes extends Uint8Array>(
  source: AsyncIterable<Bytes> | Iterable<Bytes>,
  options?: ParserOptions,
): AsyncGenerator<Packet<Bytes>, void, undefined> {
  const parser = new PacketParser<Bytes>(options)
  for await (const chunk of source) yield* parser.push(chunk)
  parser.end()
}

/**
 * Bytes in, packets out, as TextDecoderStream is: `source.pipeThrough(new PacketDecoderStream())`.
 *
 * A packet is read when it is asked for; a chunk counts as written once all its packets were. The first packet that is
 * not allowed ends both sides with its DecodeError, the writing of its chunk included, after all packets before it were
 * delivered; so does a source that ends inside a packet. A reader that cancels ends the writing with its reason.
 */
export class PacketDecoderStream<Bytes extends Uint8Array = Uint8Array> {
  readonly readable: ReadableStream<Packet<Bytes>>
  readonly writable: WritableStream<Bytes>

  /** @throws TypeError for options that are none */
  constructor(options?: ParserOptions) {
    const parser = new PacketParser<Bytes>(options)
    let output!: ReadableController<Packet<Bytes>>
    let input!: { error(reason: unknown): void }
    let wake = nobody // whoever waits for a packet while the parser needs more bytes
    let written = UNAWAITED // whoever waits for the chunk that was written to be read
    this.readable = new streams.ReadableStream<Packet<Bytes>>(
      {
        start(controller) {
          output = controller
        },
        async pull() {
          try {
            let packet = parser.read()
            while (packet === undefined) {
              written.resolve()
              await new Promise<void>((resolve) => {
                wake = resolve
              })
              packet = parser.read()
            }
            output.enqueue(packet)
          } catch (error) {
            input.error(error)
            written.reject(error)
            throw error
          }
        },
        cancel(reason) {
          input.error(reason)
          written.reject(reason)
        },
      },
      { highWaterMark: 0 },
    )
    this.writable = new streams.WritableStream<Bytes>({
      start(controller) {
        input = controller
      },
      write: (chunk) =>
        passingOn(output, () => {
          parser.push(chunk)
          wake()
          return new Promise<void>((resolve, reject) => {
            written = { resolve, reject }
          })
        }),
      close: () =>
        passingOn(output, () => {
          parser.end()
          output.close()
        }),
      abort(reason) {
        output.error(reason)
      },
    })
  }
}

function nobody(): void {}

const UNAWAITED: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } = {
  resolve: nobody,
  reject: nobody,
}

/** Runs `action`; what it throws ends the stream of packets as well. */
function passingOn<Result>(output: ReadableController<never>, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    output.error(error)
    throw error
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
    const { readable, writable } = new streams.TransformStream<PacketInput, Uint8Array>({
      transform(packet, controller) {
        controller.enqueue(encode(packet))
      },
    })
    this.readable = readable
    this.writable = writable
  }
}
