// Reads packets from a stream of chunks, and large payloads in pieces as they arrive.

import { readPacket } from './decode.ts'
import { decodeError } from './error-tables.ts'
import type { Extent } from './fixed-header.ts'
import { Framing } from './framing.ts'
import { type PieceParserOptions, pieceParserOptionsFrom } from './options.ts'
import { FIRST_BYTE, flagsOf, type PacketType, packetTypeOf, type Role } from './packet-types.ts'
import type { PacketTo } from './packets/packet.ts'
import {
  type ApplicationMessageHeader,
  type Delivery,
  readPublish,
  variableHeaderSize,
} from './packets/publish.ts'
import type { Reader } from './wire/reader.ts'
import { PREFIX_SIZE } from './wire/writer.ts'

// A constant of this module, as in decode.ts, and not taken from the table of all types.
const PUBLISH: typeof PacketType.PUBLISH = 3

interface ApplicationMessageStart extends ApplicationMessageHeader {
  type: 'publish-start'
  /** The length of the payload in bytes, at least `piecesFrom`. */
  payloadLength: number
}

/** A PUBLISH (§3.3) whose payload follows in one or more {@link PublishPiece}s. */
export type PublishStart = ApplicationMessageStart & Delivery

/** The next bytes of a payload: at least one. */
export interface PublishPiece<Bytes extends Uint8Array = Uint8Array> {
  type: 'publish-piece'
  bytes: Bytes
  /** The number of payload bytes after this piece: 0 in the last piece. */
  remaining: number
}

/** The items that {@link PieceParser} returns. */
export type PacketOrPiece<R extends Role = Role, Bytes extends Uint8Array = Uint8Array> =
  | PacketTo<R, Bytes>
  | PublishStart
  | PublishPiece<Bytes>

/**
 * Decodes a stream of packets as `PacketParser` does, but never assembles a payload of at least `piecesFrom` bytes. For
 * such a PUBLISH, `read` returns a `publish-start` as soon as everything before the payload has arrived, and then a
 * `publish-piece` for each chunk that has bytes of the payload. Nothing comes between them, and the last piece has
 * `remaining` 0. All other packets are returned whole.
 *
 * A piece is a view of its chunk, unless `copyPayloads` is set.
 */
export class PieceParser<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> extends Framing<
  Bytes,
  PacketOrPiece<R, Bytes>
> {
  private readonly piecesFrom: number
  /** The number of payload bytes that have not been read; 0 outside a payload. */
  private remaining = 0
  /** The stream offset of the PUBLISH with that payload. */
  private publishOffset = 0

  /** @throws TypeError if the options are invalid */
  constructor(options?: PieceParserOptions<R>) {
    const checked = pieceParserOptionsFrom(options)
    super(checked)
    this.piecesFrom = checked.piecesFrom
  }

  /**
   * Returns the next packet, start or piece, or undefined if more bytes are needed. To pause, stop calling it: nothing is
   * lost.
   *
   * @throws DecodeError as `PacketParser`; for a violation before a large payload, without waiting for the payload
   * @throws TypeError as `PacketParser`
   */
  read(): PacketOrPiece<R, Bytes> | undefined {
    const isInPayload = this.remaining > 0
    const reader = isInPayload ? this.nextBytes('read') : this.next('read')
    if (reader === undefined) return undefined
    try {
      const item = isInPayload ? this.readPiece(reader) : this.readPacket(reader)
      this.consume(reader)
      return item
    } catch (error) {
      throw this.failed(error)
    }
  }

  /**
   * Tells the parser that the stream has ended.
   *
   * @throws DecodeError `incomplete-packet` if it ended inside a packet; what is complete before that can still be read
   */
  override end(): void {
    if (this.remaining > this.bufferedLength) this.endInPayload()
    super.end()
  }

  private endInPayload(): never {
    this.assertNotInCallback('end')
    this.assertChunksAttached()
    const { bufferedLength, pushedLength, publishOffset } = this
    const error = decodeError('incomplete-packet', {
      packetType: 'publish',
      field: 'Payload',
      offset: pushedLength - publishOffset,
      streamOffset: pushedLength,
    })
    throw bufferedLength === 0 ? this.failed(error) : error
  }

  /** Does not wait for payloads that are returned in pieces. */
  protected override sizeToRead(extent: Extent, bytes: Uint8Array, start: number, end: number): number {
    const { firstByte, bodyOffset, size } = extent
    const body = start + bodyOffset
    if (packetTypeOf(firstByte) !== PUBLISH || size - bodyOffset - PREFIX_SIZE < this.piecesFrom) return size
    if (body + PREFIX_SIZE > end) return bodyOffset + PREFIX_SIZE
    const headerSize = bodyOffset + variableHeaderSize(bytes, body, flagsOf(firstByte))
    return size - headerSize >= this.piecesFrom ? headerSize : size
  }

  protected override heldBytes(): Uint8Array {
    return super.heldBytes().subarray(this.remaining)
  }

  protected override drop(): void {
    super.drop()
    this.remaining = 0
  }

  private readPacket(reader: Reader<Bytes>): PacketTo<R, Bytes> | PublishStart {
    const { firstByte, start, position, end } = reader
    const extent = { firstByte, bodyOffset: position - start, size: end - start }
    const payload = start + this.sizeToRead(extent, reader.bytes, start, reader.length)
    if (payload === end) return readPacket(reader) as PacketTo<R, Bytes>
    reader.end = payload // as if the payload were empty
    const { topic, qos, dup, retain, packetId } = readPublish(reader, flagsOf(firstByte))
    this.remaining = end - payload
    this.publishOffset = reader.streamOffset! + start
    const type = 'publish-start'
    return { type, topic, payloadLength: this.remaining, qos, dup, retain, packetId } as PublishStart
  }

  private readPiece(reader: Reader<Bytes>): PublishPiece<Bytes> {
    const length = Math.min(this.remaining, reader.length - reader.next)
    reader.enter(reader.next, FIRST_BYTE.publish, 0, length)
    const bytes = reader.rest()
    this.remaining -= length
    return { type: 'publish-piece', bytes, remaining: this.remaining }
  }
}
