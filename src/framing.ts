// Finds where packets start and end in a stream of chunks, which may be split anywhere. Each parser reads the packets itself.
// Each read has one of three outcomes: an item; undefined, "need more"; or a thrown DecodeError, which later reads throw again
// until `reset`. Bytes that lie within one chunk are read in place. Bytes that straddle chunks are copied, once.

import { incompletePacket } from './decode.ts'
import { DecodeError } from './errors.ts'
import {
  type Extent,
  enterValidPacket,
  reportTolerated,
  validateFixedHeader,
  wholePackets,
} from './fixed-header.ts'
import { checkMaxPacketSize, type Settings } from './options.ts'
import { Assembly } from './wire/assembly.ts'
import { assertAttached, assertBytes, concat, detachedError, lengthOf, privateCopy } from './wire/bytes.ts'
import { Chunk } from './wire/chunk.ts'
import { Reader } from './wire/reader.ts'

/** The common part of all parsers. `Item` is what their `read` returns. */
export abstract class Framing<Bytes extends Uint8Array, Item> {
  // Few fields, because a broker may hold a million parsers. TypeScript's `private`, because `#private` is slower to read.
  private settings: Settings
  private sizeLimit: number
  /** Reads the packets of the current chunk, or the packet that was assembled. */
  private reader: Reader<Bytes> | undefined = undefined
  /** The packet that is being assembled; `reader` is undefined meanwhile. */
  private assembly: Assembly<Bytes> | undefined = undefined
  /** The queue of chunks that have not been read. */
  private waiting: Chunk<Bytes> | undefined = undefined
  protected pushedLength = 0
  /** The error that `read` and `push` throw until `reset`. */
  private failure: unknown = undefined

  constructor(options: { readonly settings: Settings; readonly maxPacketSize: number }) {
    this.settings = options.settings
    this.sizeLimit = options.maxPacketSize
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
    const length = lengthOf(chunk) // read once: another thread may grow the chunk
    if (waiting === undefined && assembly !== undefined && assembly.needs(length)) {
      assembly.append(chunk, 0, length)
      if (assembly.isWhole) this.complete(assembly)
    } else if (length !== 0) {
      const last = new Chunk(chunk, length, this.pushedLength)
      if (waiting === undefined) this.waiting = last
      else waiting.append(last)
    }
    this.pushedLength += length
    return this
  }

  /** Returns the next item, or undefined if more bytes are needed. */
  abstract read(): Item | undefined

  /** Calls `read` until more bytes are needed: `for (const packet of parser.push(chunk))`. Leaving the loop loses nothing. */
  [Symbol.iterator](): IterableIterator<Item> {
    return new ItemIterator(this)
  }

  /**
   * Tells the parser that the stream has ended.
   *
   * @throws DecodeError `incomplete-packet` if it ended inside a packet; complete packets before that can still be read
   */
  end(): void {
    this.assertNotInCallback('end')
    if (this.failure !== undefined) throw this.failure
    this.assertChunksAttached()
    const bytes = this.heldBytes()
    const streamOffset = this.pushedLength - bytes.length
    const settings = this.reader?.settings ?? this.settings
    // The fixed header of a packet being assembled was already validated, perhaps under another limit.
    const mayBeWhole = this.reader !== undefined || this.waiting !== undefined
    const { end: start, extent } = mayBeWhole
      ? wholePackets(bytes, settings, this.sizeLimit, streamOffset)
      : { end: 0, extent: undefined }
    if (start === bytes.length) return
    const error = incompletePacket(bytes.subarray(start), settings, streamOffset + start)
    const isReadable =
      extent !== undefined && this.sizeToRead(extent, bytes, start, bytes.length) <= bytes.length - start
    throw isReadable || streamOffset + start > this.readLength ? error : this.failed(error)
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

  /** Returns a reader positioned at the body of the next packet; undefined if more bytes are needed. */
  protected next(method: string): Reader<Bytes> | undefined {
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

  /** Returns a reader with at least one unread byte, positioned anywhere in a packet; undefined if more bytes are needed. */
  protected nextBytes(method: string): Reader<Bytes> | undefined {
    this.assertNotInCallback(method)
    const { reader, waiting } = this
    try {
      if (reader !== undefined) assertAttached(reader.source, reader.length)
      else if (waiting !== undefined) this.open(waiting)
      return this.reader
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
      if (assembly === undefined && waiting.unread > 1) {
        this.open(waiting)
      } else {
        assertAttached(waiting.bytes, waiting.length)
        this.assembly = assembly ?? new Assembly(waiting.bytes, waiting.streamOffset + waiting.start)
        this.feed(this.assembly, waiting)
      }
    }
  }

  /** Starts to read the first chunk of the queue. */
  private open(chunk: Chunk<Bytes>): void {
    assertAttached(chunk.bytes, chunk.length)
    this.reader = new Reader(chunk.bytes, this.settings, chunk.streamOffset, chunk.start, chunk.length)
    this.waiting = chunk.rest()
  }

  /** Moves the reader to the body of its next packet if enough of it is available; otherwise starts to assemble it. */
  private enterPacket(reader: Reader<Bytes>): boolean {
    const { next: start, length, bytes, settings } = reader
    assertAttached(reader.source, length)
    if (enterValidPacket(reader, this.sizeLimit)) return true
    const streamOffset = reader.streamOffset! + start
    const extent = validateFixedHeader(bytes, start, length, settings, this.sizeLimit, streamOffset)
    const size = extent && this.sizeToRead(extent, bytes, start, length)
    if (extent !== undefined && start + size! <= length) {
      reader.enter(start, extent.firstByte, extent.bodyOffset, extent.size)
      reportTolerated(reader)
      return true
    }
    this.assembly = new Assembly(reader.source, streamOffset, size, length - start)
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
      const extent = validateFixedHeader(bytes, 0, length, this.settings, this.sizeLimit, streamOffset)
      assembly.size = extent && this.sizeToRead(extent, bytes, 0, length)
    }
    if (assembly.size !== undefined) {
      const end = Math.min(chunk.start + assembly.size - assembly.length, chunk.length)
      assembly.append(chunk.bytes, chunk.start, end)
      chunk.start = end
    }
    if (chunk.unread === 0) this.waiting = chunk.rest()
    if (assembly.isWhole) this.complete(assembly)
  }

  /**
   * Returns how many bytes of a packet must be available before `read` can return something. It is called again once that
   * many are. Parsers that read more than whole packets override it.
   *
   * @param start the index at which the packet starts
   * @param end the index at which the available bytes end
   */
  protected sizeToRead(extent: Extent, _bytes: Uint8Array, _start: number, _end: number): number {
    return extent.size
  }

  private complete(assembly: Assembly<Bytes>): void {
    this.reader = new Reader(assembly.whole(), this.settings, assembly.streamOffset)
    this.assembly = undefined
  }

  protected consume(reader: Reader<Bytes>): void {
    reader.next = reader.end
    if (reader.end === reader.length) this.leave(reader)
  }

  /** Releases the reader, but keeps the settings that a CONNECT may have changed. */
  private leave(reader: Reader<Bytes>): void {
    this.settings = reader.settings
    this.reader = undefined
  }

  /** The bytes that have not been read, from the start of a packet. */
  protected heldBytes(): Uint8Array {
    const { reader, assembly, waiting } = this
    const pieces: Uint8Array[] = []
    // Not `subarray` of a chunk: a subclass may override it.
    if (reader !== undefined) pieces.push(privateCopy(reader.bytes, reader.length).subarray(reader.next))
    if (assembly !== undefined) pieces.push(assembly.received)
    for (const chunk of waiting ?? [])
      pieces.push(privateCopy(chunk.bytes, chunk.length).subarray(chunk.start))
    return concat(pieces)
  }

  /** @throws TypeError if a chunk has been detached or shrunk */
  protected assertChunksAttached(): void {
    const { reader, waiting } = this
    try {
      if (reader !== undefined) assertAttached(reader.source, reader.length)
      for (const chunk of waiting ?? []) assertAttached(chunk.bytes, chunk.length)
    } catch (error) {
      throw this.failed(error)
    }
  }

  /**
   * Returns the error to throw. If the bytes are invalid or a chunk was detached, the parser drops everything and stays in
   * error. An exception from the user's own code changes nothing.
   */
  protected failed(error: unknown): unknown {
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

  protected assertNotInCallback(method: string): void {
    const callback = this.reader?.callback
    if (callback === undefined) return
    const owner = callback === 'onTolerated' ? 'parser' : 'chunk'
    throw new TypeError(`${method}() cannot be called inside the ${owner}'s own ${callback}`)
  }

  protected drop(): void {
    this.reader = undefined
    this.assembly = undefined
    this.waiting = undefined
  }
}

/** Cheaper than a generator. It needs no `return` method: unread items stay in the parser. */
class ItemIterator<Item> implements IterableIterator<Item> {
  private readonly parser: { read(): Item | undefined }

  constructor(parser: { read(): Item | undefined }) {
    this.parser = parser
  }

  next(): IteratorResult<Item, undefined> {
    const item = this.parser.read()
    return item === undefined ? { done: true, value: undefined } : { done: false, value: item }
  }

  [Symbol.iterator](): this {
    return this
  }
}
