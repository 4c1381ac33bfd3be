// Decodes packets from a stream of chunks, which may be split anywhere.
// Each read has one of three outcomes: a packet; undefined, "need more"; or a thrown DecodeError, after which the parser
// stays in error. A packet that lies within one chunk is read in place. A packet that straddles chunks is copied, once.

import { incompletePacket, readPacket } from './decode.ts'
import { DecodeError } from './errors.ts'
import {
  enterValidPacket,
  reportTolerated,
  settingsAfter,
  validateFixedHeader,
  wholePacketsLength,
} from './fixed-header.ts'
import { Frame } from './frame.ts'
import { checkMaxPacketSize, type ParserOptions, parserOptionsFrom, type Settings } from './options.ts'
import { CONTROL_PACKETS, PacketType, type Role } from './packet-types.ts'
import type { PacketTo } from './packets/packet.ts'
import { Assembly } from './wire/assembly.ts'
import { assertAttached, assertBytes, concat, detachedError, lengthOf, privateCopy } from './wire/bytes.ts'
import { Chunk } from './wire/chunk.ts'
import { Reader } from './wire/reader.ts'

// V8 treats constants of this module as constants; it looks up imported ones at every use.
const { CONNECT } = PacketType
const TYPES = CONTROL_PACKETS.map((packet) => packet?.name)

/**
 * Decodes a stream of packets. Use one parser per connection.
 *
 * The payload, will message and password of a packet that lies within one chunk are views of that chunk. Do not overwrite,
 * transfer or shrink the chunk while you use them, or set `copyPayloads`.
 *
 * Inside `onTolerated` you can use `bufferedLength` and `maxPacketSize`; the other methods throw a TypeError.
 */
export class PacketParser<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> {
  // Few fields, because a broker may hold a million parsers. TypeScript's `private`, because `#private` is slower to read.
  private settings: Settings
  private sizeLimit: number
  /** Reads the packets of the current chunk, or the packet that was assembled. */
  private reader: Reader<Bytes> | undefined = undefined
  /** The packet that is being assembled; `reader` is undefined meanwhile. */
  private assembly: Assembly<Bytes> | undefined = undefined
  /** The queue of chunks that have not been read. */
  private waiting: Chunk<Bytes> | undefined = undefined
  private pushedLength = 0
  /** The error that `read` and `push` throw until `reset`. */
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
   * @throws DecodeError the error that `read` has thrown, until `reset`
   * @throws TypeError if `chunk` is not a Uint8Array; the parser does not change
   */
  push(chunk: Bytes): this {
    this.assertNotInCallback('push')
    if (this.failure !== undefined) throw this.failure
    assertBytes(chunk)
    const { assembly, waiting } = this
    const length = lengthOf(chunk) // read once: a subclass could return another length next time
    if (waiting === undefined && assembly !== undefined && assembly.needs(length)) {
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
   * Returns the next packet, or undefined if more bytes are needed. To pause, stop calling it: nothing is lost.
   *
   * @throws DecodeError for the first packet that violates MQTT 3.1.1 or a limit, after all packets before it were
   *   returned; the same error again at every call until `reset`
   * @throws TypeError if a chunk was detached or shrunk after it was pushed; the same error again until `reset`
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
   * Returns the next packet undecoded, for proxies and brokers that forward it. Its fixed header has been validated, its
   * body has not.
   *
   * @throws DecodeError as {@link read}, for violations in the fixed header
   * @throws TypeError as {@link read}
   */
  readFrame(): Frame<Bytes> | undefined {
    const reader = this.next('readFrame')
    if (reader === undefined) return undefined
    try {
      const { firstByte } = reader
      const type = TYPES[firstByte >> 4]!
      const frame = new Frame(type, firstByte & 0x0f, reader.whole(), reader.position - reader.start)
      if (firstByte >> 4 === CONNECT)
        reader.settings = settingsAfter(reader.bytes, reader.start, reader.settings)
      this.consume(reader)
      return frame
    } catch (error) {
      throw this.failed(error)
    }
  }

  /** Calls `read` until more bytes are needed: `for (const packet of parser.push(chunk))`. Leaving the loop loses nothing. */
  [Symbol.iterator](): IterableIterator<PacketTo<R, Bytes>> {
    return new PacketIterator(this)
  }

  /**
   * Tells the parser that the stream has ended.
   *
   * @throws DecodeError `incomplete-packet` if it ended inside a packet; complete packets before that can still be read
   */
  end(): void {
    this.assertNotInCallback('end')
    if (this.failure !== undefined) throw this.failure
    const bytes = this.heldBytes()
    const streamOffset = this.pushedLength - bytes.length
    const settings = this.reader?.settings ?? this.settings
    // The fixed header of a packet being assembled was already validated, perhaps under another limit.
    const mayBeWhole = this.reader !== undefined || this.waiting !== undefined
    const wholeLength = mayBeWhole ? wholePacketsLength(bytes, settings, this.sizeLimit, streamOffset) : 0
    if (wholeLength === bytes.length) return
    const error = incompletePacket(bytes.subarray(wholeLength), settings, streamOffset + wholeLength)
    throw wholeLength === 0 ? this.failed(error) : error
  }

  /** Returns the parser to its initial state: no bytes, stream offset 0, no error, and the initial protocol version. */
  reset(): void {
    this.assertNotInCallback('reset')
    this.drop()
    this.pushedLength = 0
    this.failure = undefined
    this.settings = this.settings.initial ?? this.settings
  }

  /** The number of bytes pushed but not yet returned in a packet. */
  get bufferedLength(): number {
    return this.pushedLength - this.readLength
  }

  /** The stream offset of the next packet. */
  private get readLength(): number {
    const { reader, assembly, waiting } = this
    if (assembly !== undefined) return assembly.streamOffset
    if (reader !== undefined) return reader.streamOffset! + reader.next
    return waiting === undefined ? this.pushedLength : waiting.streamOffset + waiting.start
  }

  /**
   * The maximum packet size in bytes, fixed header included. A new value applies to packets whose fixed header has not been
   * read yet.
   *
   * @throws TypeError if set to anything but a number of at least 1
   */
  get maxPacketSize(): number {
    return this.sizeLimit
  }

  set maxPacketSize(bytes: number) {
    this.sizeLimit = checkMaxPacketSize(bytes)
  }

  /** Returns a reader positioned at the body of the next complete packet; undefined if more bytes are needed. */
  private next(method: string): Reader<Bytes> | undefined {
    const { reader } = this
    try {
      if (reader !== undefined && enterValidPacket(reader, this.sizeLimit)) return reader
    } catch {
      // The chunk was detached: `find` throws the right error.
    }
    return this.find(method)
  }

  /** The slow path of `next`. */
  private find(method: string): Reader<Bytes> | undefined {
    this.assertNotInCallback(method)
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

  /** Moves the reader to the body of its next packet if the packet is complete; otherwise starts to assemble it. */
  private enterPacket(reader: Reader<Bytes>): boolean {
    const { next: start, length, bytes, settings } = reader
    assertAttached(reader.source, length)
    if (enterValidPacket(reader, this.sizeLimit)) return true
    const streamOffset = reader.streamOffset! + start
    const extent = validateFixedHeader(bytes, start, length, settings, this.sizeLimit, streamOffset)
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

  /** Moves the missing bytes of the packet from the chunk to the assembly. */
  private feed(assembly: Assembly<Bytes>, chunk: Chunk<Bytes>): void {
    // Byte by byte while the size is unknown: the fixed header is validated before any byte of the body is stored.
    while (assembly.size === undefined && chunk.unread > 0) {
      assembly.append(chunk.bytes, chunk.start, ++chunk.start)
      const { bytes, length, streamOffset } = assembly
      assembly.size = validateFixedHeader(bytes, 0, length, this.settings, this.sizeLimit, streamOffset)?.size
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

  /** Releases the reader, but keeps the settings that a CONNECT may have changed. */
  private leave(reader: Reader<Bytes>): void {
    this.settings = reader.settings
    this.reader = undefined
  }

  /** The bytes that have not been read, from the start of a packet. */
  private heldBytes(): Uint8Array {
    const { reader, assembly, waiting } = this
    const pieces: Uint8Array[] = []
    if (reader !== undefined) pieces.push(reader.bytes.subarray(reader.next))
    if (assembly !== undefined) pieces.push(assembly.received)
    for (const chunk of waiting ?? []) {
      assertAttached(chunk.bytes, chunk.length)
      pieces.push(privateCopy(chunk.bytes).subarray(chunk.start)) // not `subarray` of the chunk: a subclass may override it
    }
    return concat(pieces)
  }

  /**
   * Returns the error to throw. If the bytes are invalid or a chunk was detached, the parser drops everything and stays in
   * error. An exception from the user's own code changes nothing.
   */
  private failed(error: unknown): unknown {
    const { reader, waiting } = this
    if (reader?.callback !== undefined) {
      reader.callback = undefined
      return error
    }
    const detached =
      (reader && detachedError(reader.source, reader.length)) ??
      (waiting && detachedError(waiting.bytes, waiting.length))
    if (!(error instanceof DecodeError || detached !== undefined)) return error
    this.drop()
    this.failure = detached ?? error
    return this.failure
  }

  private assertNotInCallback(method: string): void {
    const callback = this.reader?.callback
    if (callback === undefined) return
    const owner = callback === 'onTolerated' ? 'parser' : 'chunk'
    throw new TypeError(`${method}() cannot be called inside the ${owner}'s own ${callback}`)
  }

  private drop(): void {
    this.reader = undefined
    this.assembly = undefined
    this.waiting = undefined
  }
}

/** Cheaper than a generator. It needs no `return` method: unread packets stay in the parser. */
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
