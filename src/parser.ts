// Packets from a stream of chunks, cut anywhere.
// Each call has three outcomes: a packet; undefined, "need more"; or a thrown DecodeError, after which the parser stays in
// error. A packet that lies whole in a chunk is read in place. Only one that straddles chunks is copied, once.

import { readPacket, reportTolerated } from './decode.ts'
import { DecodeError } from './errors.ts'
import { peek, wholePacketsLength } from './fixed-header.ts'
import { limit, type ParserOptions, type Settings, settingsFrom } from './options.ts'
import { PacketIterator } from './packet-iterator.ts'
import { flagsOf, type PacketType, packetTypeOf } from './packet-types.ts'
import type { Frame, Packet } from './packets/packet.ts'
import { Assembly } from './wire/assembly.ts'
import { assertBytes, concat } from './wire/bytes.ts'
import { Reader } from './wire/reader.ts'
import { MAX_PACKET_SIZE } from './wire/remaining-length.ts'

/**
 * Decodes a stream of packets, one parser a connection.
 *
 * Payloads, will messages and passwords are views of the pushed chunk where the packet lay whole in it: such a chunk
 * must not be overwritten while they live, unless `copyPayloads` is set.
 */
export class PacketParser<Bytes extends Uint8Array = Uint8Array> {
  // TypeScript's `private` and few fields: a broker holds a million of these, and looks at them for every packet.
  private readonly settings: Settings
  private sizeLimit: number
  /** The chunk that is being read: its `start` is the next packet's first byte. More chunks may wait behind it. */
  private chunk: Reader<Bytes> | undefined = undefined
  private lastChunk: Reader<Bytes> | undefined = undefined
  /** The packet that is being put together; `chunk` goes on where it stops. */
  private assembly: Assembly<Bytes> | undefined = undefined
  private pushedLength = 0
  private failure: DecodeError | undefined = undefined

  /** @throws TypeError for options that are none */
  constructor(options?: ParserOptions) {
    this.settings = settingsFrom(options)
    this.sizeLimit = limit(options?.maxPacketSize, 'maxPacketSize') ?? MAX_PACKET_SIZE
  }

  /**
   * Takes the next bytes of the stream: any number of them, none included. `read` looks at them.
   *
   * @throws DecodeError the one that `read` has thrown, until `reset`
   * @throws TypeError if `chunk` is not a Uint8Array; the parser is as it was before
   */
  push(chunk: Bytes): this {
    if (this.failure !== undefined) throw this.failure
    assertBytes(chunk)
    const { assembly } = this
    if (this.chunk === undefined && assembly !== undefined && assembly.lacks(chunk.length)) {
      assembly.append(chunk, 0, chunk.length)
      if (assembly.isWhole) this.complete(assembly)
    } else if (chunk.length !== 0) {
      const reader = new Reader(chunk, this.settings, this.pushedLength)
      if (this.lastChunk === undefined) this.chunk = reader
      else this.lastChunk.next = reader
      this.lastChunk = reader
    }
    this.pushedLength += chunk.length
    return this
  }

  /**
   * The next packet; undefined if more bytes are needed. Stop calling it to pause: nothing is lost.
   *
   * @throws DecodeError for the first packet that MQTT 3.1.1 or a limit does not allow, and again at every call until
   *   `reset`; all packets before it have been returned
   */
  read(): Packet<Bytes> | undefined {
    const reader = this.next()
    if (reader === undefined) return undefined
    try {
      const packet = readPacket(reader)
      this.consume(reader)
      return packet
    } catch (error) {
      throw this.fail(error)
    }
  }

  /**
   * The next packet undecoded, for proxies and brokers that forward: its fixed header was judged, its body was not.
   * @throws DecodeError as {@link read}, for what the fixed header shows
   */
  readFrame(): Frame<Bytes> | undefined {
    const reader = this.next()
    if (reader === undefined) return undefined
    const { firstByte } = reader
    const frame: Frame<Bytes> = {
      type: packetTypeOf(firstByte) as PacketType,
      flags: flagsOf(firstByte),
      bytes: reader.whole(),
      bodyOffset: reader.position - reader.start,
    }
    this.consume(reader)
    return frame
  }

  /** `read` until more bytes are needed: `for (const packet of parser.push(chunk))`. Breaking off loses nothing. */
  [Symbol.iterator](): IterableIterator<Packet<Bytes>> {
    return new PacketIterator(this)
  }

  /**
   * The stream has ended.
   *
   * @throws DecodeError `incomplete-packet` if it ended inside a packet; what was not read before that can still be read
   */
  end(): void {
    if (this.failure !== undefined) throw this.failure
    const unread = this.chunk === undefined ? 0 : this.unreadLength()
    const present = this.bufferedLength - unread
    if (present === 0) return
    const error = new DecodeError('incomplete-packet', { offset: present, streamOffset: this.pushedLength })
    throw unread === 0 ? this.fail(error) : error
  }

  /** Forgets everything: bytes, position in the stream, and error. */
  reset(): void {
    this.drop()
    this.pushedLength = 0
    this.failure = undefined
  }

  /** Bytes that were pushed and not yet returned in a packet. */
  get bufferedLength(): number {
    if (this.assembly !== undefined) return this.pushedLength - this.assembly.streamOffset
    return this.chunk === undefined ? 0 : this.pushedLength - this.chunk.streamOffset! - this.chunk.start
  }

  /** The most bytes of a packet, fixed header included; setting it throws a TypeError below 1 and for what is no number. */
  get maxPacketSize(): number {
    return this.sizeLimit
  }

  set maxPacketSize(bytes: number) {
    this.sizeLimit = limit(bytes, 'maxPacketSize') ?? MAX_PACKET_SIZE
  }

  /** A reader that stands at the body of the next whole packet; undefined if more bytes are needed. */
  private next(): Reader<Bytes> | undefined {
    const { chunk } = this
    if (chunk === undefined && this.failure === undefined) return undefined
    if (chunk === undefined || !chunk.isOpen) return this.find() // opens it, once nothing is being put together
    // By far the most common case: a sound fixed header of two or three bytes, and the whole packet lies in the chunk.
    const { start, length, view } = chunk
    let body = start + 2
    if (body >= length) return this.find()
    const header = view.getUint16(start)
    let remainingLength = header & 0xff
    if (remainingLength > 0x7f) {
      const more = view.getUint8(body++)
      if (more > 0x7f) return this.find()
      remainingLength = (remainingLength & 0x7f) | (more << 7)
    }
    const end = body + remainingLength
    const firstByte = header >> 8
    if (end > length || end - start > this.sizeLimit || this.settings.firstBytes[firstByte] !== 0)
      return this.find()
    chunk.firstByte = firstByte
    chunk.position = body
    chunk.end = end
    return chunk
  }

  /** As `next`, for every other case. */
  private find(): Reader<Bytes> | undefined {
    if (this.failure !== undefined) throw this.failure
    const { settings, sizeLimit } = this
    try {
      for (let { chunk } = this; chunk !== undefined; chunk = this.chunk) {
        if (this.assembly === undefined) {
          const { bytes, start, length } = chunk
          const extent = peek(bytes, start, length, settings, sizeLimit, chunk.streamOffset! + start)
          if (extent !== undefined && start + extent.size <= length) {
            chunk.enter(extent)
            if (settings.firstBytes[chunk.firstByte] !== 0) reportTolerated(chunk)
            return chunk
          }
          this.assembly = new Assembly(chunk, extent?.size)
        }
        this.feed(this.assembly, chunk)
      }
    } catch (error) {
      throw this.fail(error)
    }
    return undefined
  }

  /** Moves what the packet still lacks from the chunk to where it is put together. */
  private feed(assembly: Assembly<Bytes>, chunk: Reader<Bytes>): void {
    // Byte by byte while its size is unknown: a breach in the fixed header shows before anything of the body is kept.
    while (assembly.size === undefined && chunk.start < chunk.length) {
      assembly.append(chunk.bytes, chunk.start, ++chunk.start)
      const { bytes, length, streamOffset } = assembly
      assembly.size = peek(bytes, 0, length, this.settings, this.sizeLimit, streamOffset)?.size
    }
    if (assembly.size !== undefined) {
      const end = Math.min(chunk.start + assembly.size - assembly.length, chunk.length)
      assembly.append(chunk.bytes, chunk.start, end)
      chunk.start = end
    }
    if (chunk.start === chunk.length) this.leave(chunk)
    if (assembly.isWhole) this.complete(assembly)
  }

  /** Makes the packet a chunk of its own, in front of the others. */
  private complete(assembly: Assembly<Bytes>): void {
    const whole = new Reader(assembly.whole(), this.settings, assembly.streamOffset)
    whole.next = this.chunk
    this.chunk = whole
    this.lastChunk ??= whole
    this.assembly = undefined
  }

  private consume(chunk: Reader<Bytes>): void {
    chunk.start = chunk.end
    if (chunk.end === chunk.length) this.leave(chunk)
  }

  private leave(chunk: Reader<Bytes>): void {
    this.chunk = chunk.next
    if (this.chunk === undefined) this.lastChunk = undefined
  }

  /** The bytes of the whole packets that are held. */
  private unreadLength(): number {
    const pieces: Uint8Array[] = this.assembly === undefined ? [] : [this.assembly.received]
    for (let { chunk } = this; chunk !== undefined; chunk = chunk.next)
      pieces.push(chunk.bytes.subarray(chunk.start))
    const offset = this.pushedLength - this.bufferedLength
    return wholePacketsLength(concat(pieces), this.settings, this.sizeLimit, offset)
  }

  /** Lets everything go and stays in error. Whatever else a callback of the user's has thrown changes nothing. */
  private fail(error: unknown): unknown {
    if (error instanceof DecodeError) {
      this.drop()
      this.failure = error
    }
    return error
  }

  private drop(): void {
    this.chunk = undefined
    this.lastChunk = undefined
    this.assembly = undefined
  }
}
