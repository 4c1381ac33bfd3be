// Packets from a stream of chunks, cut anywhere.
// Each call has three outcomes: a packet; undefined, "need more"; or a thrown DecodeError, after which the parser stays in
// error. A packet that lies whole in a chunk is read in place. Only one that straddles chunks is copied, once.

import { incompletePacket, readPacket } from './decode.ts'
import { DecodeError } from './errors.ts'
import {
  enterValidPacket,
  judgeFixedHeader,
  reportTolerated,
  settingsAfter,
  wholePacketsLength,
} from './fixed-header.ts'
import { checkMaxPacketSize, type ParserOptions, parserOptionsFrom, type Settings } from './options.ts'
import { CONTROL_PACKETS, PacketType, type Role } from './packet-types.ts'
import type { Frame, PacketTo } from './packets/packet.ts'
import { Assembly } from './wire/assembly.ts'
import { assertAttached, assertBytes, concat, detachedError, lengthOf, privateCopy } from './wire/bytes.ts'
import { Chunk } from './wire/chunk.ts'
import { Reader } from './wire/reader.ts'

// Constants of this module are constants to V8; what is imported is looked up at every use.
const { CONNECT } = PacketType
const TYPES = CONTROL_PACKETS.map((packet) => packet?.name)

/**
 * Decodes a stream of packets. Use one parser per connection.
 *
 * Payloads, will messages and passwords are views of the pushed chunk where the packet lay whole in it: such a chunk must
 * not be overwritten, transferred or shrunk while they live, unless `copyPayloads` is set.
 *
 * Inside `onTolerated` you can look at `bufferedLength` and `maxPacketSize`; the other methods throw a TypeError there.
 */
export class PacketParser<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> {
  // TypeScript's `private` and few fields: a broker holds a million of these, and looks at them for every packet.
  private settings: Settings
  private sizeLimit: number
  /** Reads the packets that lie whole in a chunk, or the one that was put together. */
  private reader: Reader<Bytes> | undefined = undefined
  /** The packet that is being put together; there is no reader meanwhile. */
  private assembly: Assembly<Bytes> | undefined = undefined
  /** The chunks that come next. */
  private waiting: Chunk<Bytes> | undefined = undefined
  private pushedLength = 0
  /** What `read` and `push` throw until `reset`. */
  private failure: unknown = undefined

  /** @throws TypeError if the options are invalid */
  constructor(options?: ParserOptions<R>) {
    const { settings, maxPacketSize } = parserOptionsFrom(options)
    this.settings = settings
    this.sizeLimit = maxPacketSize
  }

  /**
   * Appends a chunk, which may be empty. Packets are parsed by `read`.
   *
   * @throws DecodeError the one that `read` has thrown, until `reset`
   * @throws TypeError if `chunk` is not a Uint8Array; the parser is as it was before
   */
  push(chunk: Bytes): this {
    this.assertNotCallingOut('push')
    if (this.failure !== undefined) throw this.failure
    assertBytes(chunk)
    const { assembly, waiting } = this
    const length = lengthOf(chunk) // read once: a class of the user's own may change its mind
    if (waiting === undefined && assembly !== undefined && assembly.lacks(length)) {
      assembly.append(chunk, 0, length)
      if (assembly.isWhole) this.complete(assembly)
    } else if (length !== 0) {
      const last = new Chunk(chunk, this.pushedLength)
      if (waiting === undefined) this.waiting = last
      else waiting.append(last)
    }
    this.pushedLength += length
    return this
  }

  /**
   * The next packet; undefined if more bytes are needed. Stop calling it to pause: nothing is lost.
   *
   * @throws DecodeError for the first packet that MQTT 3.1.1 or a limit does not allow, and again at every call until
   *   `reset`; all packets before it have been returned
   * @throws TypeError if a chunk was detached or shrunk since it was pushed, and again until `reset`
   */
  read(): PacketTo<R, Bytes> | undefined {
    const reader = this.next('read')
    if (reader === undefined) return undefined
    try {
      const packet = readPacket(reader)
      this.consume(reader)
      return packet as PacketTo<R, Bytes>
    } catch (error) {
      throw this.failed(error)
    }
  }

  /**
   * The next packet undecoded, for proxies and brokers that forward: its fixed header was judged, its body was not.
   *
   * @throws DecodeError as {@link read}, for what the fixed header shows
   * @throws TypeError as {@link read}
   */
  readFrame(): Frame<Bytes> | undefined {
    const reader = this.next('readFrame')
    if (reader === undefined) return undefined
    try {
      const { firstByte } = reader
      const frame: Frame<Bytes> = {
        type: TYPES[firstByte >> 4]!,
        flags: firstByte & 0x0f,
        bytes: reader.whole(),
        bodyOffset: reader.position - reader.start,
      }
      if (firstByte >> 4 === CONNECT)
        reader.settings = settingsAfter(reader.bytes, reader.start, reader.settings)
      this.consume(reader)
      return frame
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** `read` until more bytes are needed: `for (const packet of parser.push(chunk))`. Breaking off loses nothing. */
  [Symbol.iterator](): IterableIterator<PacketTo<R, Bytes>> {
    return new PacketIterator(this)
  }

  /**
   * The stream has ended.
   *
   * @throws DecodeError `incomplete-packet` if it ended inside a packet; what was not read before that can still be read
   */
  end(): void {
    this.assertNotCallingOut('end')
    if (this.failure !== undefined) throw this.failure
    if (this.bufferedLength === 0) return
    const bytes = this.heldBytes()
    const streamOffset = this.pushedLength - bytes.length
    const settings = this.reader?.settings ?? this.settings
    // What is being put together has been judged, perhaps under another limit.
    const mayBeWhole = this.reader !== undefined || this.waiting !== undefined
    const wholeLength = mayBeWhole ? wholePacketsLength(bytes, settings, this.sizeLimit, streamOffset) : 0
    if (wholeLength === bytes.length) return
    const error = incompletePacket(bytes.subarray(wholeLength), settings, streamOffset + wholeLength)
    throw wholeLength === 0 ? this.failed(error) : error
  }

  /** Forgets everything: bytes, position in the stream, version of the protocol, and error. */
  reset(): void {
    this.assertNotCallingOut('reset')
    this.drop()
    this.pushedLength = 0
    this.failure = undefined
    this.settings = this.settings.initial ?? this.settings
  }

  /** Bytes that were pushed and not yet returned in a packet. */
  get bufferedLength(): number {
    return this.pushedLength - this.readLength
  }

  /** Bytes of the stream before the next packet. */
  private get readLength(): number {
    const { reader, assembly, waiting } = this
    if (assembly !== undefined) return assembly.streamOffset
    if (reader !== undefined) return reader.streamOffset! + reader.next
    return waiting === undefined ? this.pushedLength : waiting.streamOffset + waiting.start
  }

  /**
   * The largest packet in bytes, fixed header included. It holds for packets whose fixed header has not been read.
   *
   * @throws TypeError unless it is set to a number of at least 1
   */
  get maxPacketSize(): number {
    return this.sizeLimit
  }

  set maxPacketSize(bytes: number) {
    this.sizeLimit = checkMaxPacketSize(bytes)
  }

  /** A reader that stands at the body of the next whole packet; undefined if more bytes are needed. */
  private next(method: string): Reader<Bytes> | undefined {
    const { reader } = this
    try {
      if (reader !== undefined && enterValidPacket(reader, this.sizeLimit)) return reader
    } catch {
      // The chunk was detached: `find` says so.
    }
    return this.find(method)
  }

  /** As `next`, for every other case. */
  private find(method: string): Reader<Bytes> | undefined {
    this.assertNotCallingOut(method)
    if (this.failure !== undefined) throw this.failure
    try {
      return this.findPacket()
    } catch (error) {
      throw this.failed(error)
    }
  }

  private findPacket(): Reader<Bytes> | undefined {
    for (;;) {
      const { reader, assembly, waiting } = this
      if (reader !== undefined) {
        if (this.enterPacket(reader)) return reader
        continue
      }
      if (waiting === undefined) return undefined
      assertAttached(waiting.bytes, waiting.length)
      if (assembly === undefined && waiting.unread > 1) {
        this.reader = new Reader(waiting.bytes, this.settings, waiting.streamOffset, waiting.start)
        this.waiting = waiting.rest()
      } else {
        this.assembly = assembly ?? new Assembly(waiting.bytes, waiting.streamOffset + waiting.start)
        this.feed(this.assembly, waiting)
      }
    }
  }

  /** Steps to the body of the reader's next packet if all of it is there; otherwise starts to put it together. */
  private enterPacket(reader: Reader<Bytes>): boolean {
    const { next: start, length, bytes, settings } = reader
    assertAttached(reader.source, length)
    if (enterValidPacket(reader, this.sizeLimit)) return true
    const streamOffset = reader.streamOffset! + start
    const extent = judgeFixedHeader(bytes, start, length, settings, this.sizeLimit, streamOffset)
    if (extent !== undefined && start + extent.size <= length) {
      reader.enter(start, extent.firstByte, extent.bodyOffset, extent.size)
      reportTolerated(reader)
      return true
    }
    this.assembly = new Assembly(reader.source, streamOffset, extent?.size, length - start)
    this.assembly.append(bytes, start, length)
    this.leave(reader)
    return false
  }

  /** Moves what the packet still lacks from the chunk to where it is put together. */
  private feed(assembly: Assembly<Bytes>, chunk: Chunk<Bytes>): void {
    // Byte by byte while its size is unknown: a breach in the fixed header shows before anything of the body is kept.
    while (assembly.size === undefined && chunk.unread > 0) {
      assembly.append(chunk.bytes, chunk.start, ++chunk.start)
      const { bytes, length, streamOffset } = assembly
      assembly.size = judgeFixedHeader(bytes, 0, length, this.settings, this.sizeLimit, streamOffset)?.size
    }
    if (assembly.size !== undefined) {
      const end = Math.min(chunk.start + assembly.size - assembly.length, chunk.length)
      assembly.append(chunk.bytes, chunk.start, end)
      chunk.start = end
    }
    if (chunk.unread === 0) this.waiting = chunk.rest()
    if (assembly.isWhole) this.complete(assembly)
  }

  private complete(assembly: Assembly<Bytes>): void {
    this.reader = new Reader(assembly.whole(), this.settings, assembly.streamOffset)
    this.assembly = undefined
  }

  private consume(reader: Reader<Bytes>): void {
    reader.next = reader.end
    if (reader.end === reader.length) this.leave(reader)
  }

  /** Lets the reader go, but not what a CONNECT has changed. */
  private leave(reader: Reader<Bytes>): void {
    this.settings = reader.settings
    this.reader = undefined
  }

  /** What has not been read, from the start of a packet. */
  private heldBytes(): Uint8Array {
    const { reader, assembly, waiting } = this
    const pieces: Uint8Array[] = []
    if (reader !== undefined) pieces.push(reader.bytes.subarray(reader.next))
    if (assembly !== undefined) pieces.push(assembly.received)
    for (const chunk of waiting ?? []) {
      assertAttached(chunk.bytes, chunk.length)
      pieces.push(privateCopy(chunk.bytes).subarray(chunk.start)) // not by a `subarray` of the user's own
    }
    return concat(pieces)
  }

  /**
   * Lets everything go and stays in error if the bytes are to blame, or whoever detached a chunk. What comes out of the
   * user's own code changes nothing.
   */
  private failed(error: unknown): unknown {
    const { reader, waiting } = this
    if (reader?.isCallingOut) {
      reader.isCallingOut = false
      return error
    }
    const detached =
      (reader && detachedError(reader.source, reader.length)) ??
      (waiting && detachedError(waiting.bytes, waiting.length))
    if (this.failure !== undefined || !(error instanceof DecodeError || detached !== undefined)) return error
    this.drop()
    this.failure = detached ?? error
    return this.failure
  }

  private assertNotCallingOut(method: string): void {
    if (this.reader?.isCallingOut)
      throw new TypeError(`${method}() cannot be called while the same parser calls onTolerated`)
  }

  private drop(): void {
    this.reader = undefined
    this.assembly = undefined
    this.waiting = undefined
  }
}

/** Cheaper than a generator. It needs no `return`: what was not read stays in the parser. */
class PacketIterator<P> implements IterableIterator<P> {
  private readonly parser: { read(): P | undefined }

  constructor(parser: { read(): P | undefined }) {
    this.parser = parser
  }

  next(): IteratorResult<P, undefined> {
    const packet = this.parser.read()
    return packet === undefined ? { done: true, value: undefined } : { done: false, value: packet }
  }

  [Symbol.iterator](): this {
    return this
  }
}
