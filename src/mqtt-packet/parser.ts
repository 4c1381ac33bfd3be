// mqtt-packet's parser: it emits packets.
// A chunk is read to its end, whatever listeners do: if one throws, nothing is lost or repeated, and a chunk that one passes to
// `parse` is read after the current chunk.

import {
  DecodeError,
  decode,
  decodeRemainingLength,
  PacketParser,
  PacketType,
  type ParserOptions,
} from '../index.ts'
import { Emitter } from './emitter.ts'
import { fromDecoded } from './incoming.ts'
import type { Bytes, IConnectPacket, Packet, Parser } from './types.ts'
import { BRIDGE, VERSION_5 } from './version-5.ts'
import { inFamiliarWords } from './words.ts'

declare const Buffer:
  | {
      isBuffer(bytes: unknown): boolean
      from(memory: ArrayBufferLike, offset: number, length: number): Bytes
    }
  | undefined

const NO_BYTES = new Uint8Array(0)
const LONGEST_FIXED_HEADER = 5

export class PacketEmitter extends Emitter implements Parser {
  /** The parser's options; after a CONNECT, that packet. */
  settings: { bridgeMode?: boolean }
  private readonly options: ParserOptions
  private readonly newSuccessor: () => Parser & { settings?: object }
  private readonly decoder: PacketParser<Bytes>
  private readonly waiting: Bytes[] = []
  /** The chunk that is being read. */
  private current: Bytes | undefined = undefined
  private isParsing = false
  /** The fixed header, as far as it has arrived, of the packet that the last chunk did not complete. */
  private header: Uint8Array = NO_BYTES
  private leftLength = 0
  private successor: Parser | undefined = undefined

  /** @param newSuccessor creates the parser that continues with a CONNECT of MQTT 5 */
  constructor(settings: object, options: ParserOptions, newSuccessor: () => Parser) {
    super()
    this.settings = settings
    this.options = options
    this.newSuccessor = newSuccessor
    this.decoder = new PacketParser(options)
  }

  parse(chunk: Bytes): number {
    this.waiting.push(inBuffer(chunk))
    if (this.isParsing) return this.leftLength // called by a listener: the outer call reads the chunk
    this.isParsing = true
    try {
      while (this.current !== undefined || this.waiting.length > 0)
        this.parseChunk(this.current ?? this.begin())
    } finally {
      this.isParsing = false
    }
    return this.leftLength
  }

  private begin(): Bytes {
    const chunk = this.waiting.shift()!
    if (this.successor === undefined) this.decoder.push(chunk)
    this.current = chunk
    return chunk
  }

  private parseChunk(chunk: Bytes): void {
    if (this.successor !== undefined) {
      this.current = undefined
      this.leftLength = this.successor.parse(chunk)
      return
    }
    while (this.current === chunk) {
      let packet: Packet | undefined
      try {
        packet = this.next(chunk)
      } catch (error) {
        this.giveUp()
        this.emit('error', inFamiliarWords(error))
        return
      }
      if (packet !== undefined) this.emit('packet', packet)
    }
  }

  /** The next packet that ends in the chunk. If there is none, the chunk has been read. */
  private next(chunk: Bytes): Packet | undefined {
    const { decoder } = this
    const start = chunk.length - decoder.bufferedLength
    const header = start < 0 ? this.headerWith(chunk) : chunk
    const at = Math.max(start, 0)
    const firstByte = header[at]!
    this.leftLength = chunk.length - start
    if (firstByte >> 4 === PacketType.CONNECT) return this.nextConnect(chunk, header, at)
    const packet = decoder.read()
    if (packet === undefined) return this.finish(header, at)
    return fromDecoded(packet, firstByte, remainingLength(header, at), this.settings.bridgeMode === true)
  }

  /** A CONNECT determines the version of the rest of the stream. */
  private nextConnect(chunk: Bytes, header: Uint8Array, at: number): Packet | undefined {
    const frame = this.decoder.readFrame()
    if (frame === undefined) return this.finish(header, at)
    const { bytes, bodyOffset } = frame
    try {
      const packet = fromDecoded(decode(bytes, this.options), bytes[0]!, bytes.length - bodyOffset, false)
      this.settings = packet as IConnectPacket
      return packet
    } catch (error) {
      if (!isOfVersion5(error)) throw error
      this.successor = this.succeed()
      this.current = joined(bytes, chunk.subarray(chunk.length - this.decoder.bufferedLength)) as Bytes
      return undefined
    }
  }

  private succeed(): Parser {
    const successor = this.newSuccessor()
    successor.on('packet', (packet) => {
      this.settings = successor.settings!
      this.emit('packet', packet)
    })
    return successor.on('error', (error) => this.emit('error', error))
  }

  /** Stores the part of the chunk that the next one needs. */
  private finish(header: Uint8Array, at: number): undefined {
    const { bufferedLength } = this.decoder
    // A copy, so that it does not keep the chunk alive.
    this.header =
      bufferedLength === 0 ? NO_BYTES : Uint8Array.from(header.subarray(at, at + LONGEST_FIXED_HEADER))
    this.leftLength = bufferedLength - fixedHeaderLength(this.header)
    this.current = undefined
  }

  /** Forgets everything; the next chunk starts afresh. */
  private giveUp(): void {
    this.decoder.reset()
    this.header = NO_BYTES
    this.current = undefined
  }

  /** The first bytes of the packet that started before the chunk. */
  private headerWith(chunk: Bytes): Uint8Array {
    const { header } = this
    if (header.length === LONGEST_FIXED_HEADER) return header
    return joined(header, chunk.subarray(0, LONGEST_FIXED_HEADER))
  }
}

/** The Remaining Length of a packet whose fixed header was read. */
function remainingLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1]!
  return first < 0x80 ? first : decodeRemainingLength(bytes, start + 1)!.value
}

/** The bytes of a fixed header that mqtt-packet would have read: only the first until the Remaining Length is complete. */
function fixedHeaderLength(header: Uint8Array): number {
  return header.length === 0 ? 0 : 1 + (decodeRemainingLength(header, 1)?.length ?? 0)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

function isOfVersion5(error: unknown): boolean {
  if (!(error instanceof DecodeError) || error.code !== 'unsupported-protocol-level') return false
  return ((error.found as number) & ~BRIDGE) === VERSION_5
}

/** The same bytes as a Buffer if the host has Buffer, so that payloads are Buffers, too. */
function inBuffer(chunk: Bytes): Bytes {
  if (typeof Buffer === 'undefined' || Buffer.isBuffer(chunk) || !(chunk instanceof Uint8Array)) return chunk
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
