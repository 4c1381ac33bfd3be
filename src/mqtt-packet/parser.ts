// mqtt-packet's parser: it emits packets.
// A chunk is read from its start to its end, whatever listeners do: one that throws loses and repeats nothing, and what
// one passes to `parse` is read after the chunk before it.

import {
  DecodeError,
  decode,
  decodeRemainingLength,
  encodeRemainingLength,
  PacketParser,
  PacketType,
  type ParserOptions,
} from '../index.ts'
import { Emitter } from './emitter.ts'
import { fromDecoded } from './incoming.ts'
import type { Bytes, IConnectPacket, Packet, Parser } from './types.ts'
import { inFamiliarWords } from './words.ts'

const NO_BYTES = new Uint8Array(0)
const LONGEST_FIXED_HEADER = 5
const VERSION_5 = 5
const BRIDGE = 0x80
const CLEAN_SESSION = 0x02
/** Of a protocol name `MQTT`; MQIsdp takes two bytes more. */
const MQTT_NAME_LENGTH = 6

/** Reads what comes after a CONNECT of MQTT 5. */
interface Successor {
  parse(chunk: Bytes): number
  settings?: object
}

export class PacketEmitter extends Emitter implements Parser {
  /** What the parser was made with; the CONNECT packet once there was one. */
  settings: { bridgeMode?: boolean }
  private readonly options: ParserOptions
  private readonly succeed: (parser: PacketEmitter) => Successor | undefined
  private readonly decoder: PacketParser<Bytes>
  private readonly waiting: Bytes[] = []
  /** The chunk that is being read. */
  private current: Bytes | undefined = undefined
  private isParsing = false
  /** The first bytes of the packet that the last chunk did not complete: all of its fixed header that has come. */
  private header: Uint8Array = NO_BYTES
  private leftLength = 0
  private successor: Successor | undefined = undefined

  /** @param succeed makes the reader for MQTT 5; if there is none, what follows its CONNECT is refused */
  constructor(
    settings: object,
    options: ParserOptions,
    succeed: (parser: PacketEmitter) => Successor | undefined,
  ) {
    super()
    this.settings = settings
    this.options = options
    this.succeed = succeed
    this.decoder = new PacketParser(options)
  }

  parse(chunk: Bytes): number {
    this.waiting.push(chunk)
    if (this.isParsing) return this.leftLength // a listener has called: the chunk is read by the call that called it
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

  /** The next packet that ends in the chunk. If there is none, the chunk is done. */
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

  /** A CONNECT says by which version the rest of the stream is to be read. */
  private nextConnect(chunk: Bytes, header: Uint8Array, at: number): Packet | undefined {
    const frame = this.decoder.readFrame()
    if (frame === undefined) return this.finish(header, at)
    const { bytes, bodyOffset } = frame
    const length = bytes.length - bodyOffset
    let packet: Packet
    try {
      packet = fromDecoded(decode(bytes, this.options), bytes[0]!, length, false)
    } catch (error) {
      if (!isVersion5(error)) throw error
      const rest = chunk.subarray(chunk.length - this.decoder.bufferedLength)
      this.successor = this.succeed(this)
      if (this.successor !== undefined) {
        this.current = joined(bytes, rest) as Bytes
        return undefined
      }
      packet = connectOfVersion5(bytes, bodyOffset, error.offset)
      this.successor = { parse: () => this.refuseVersion5() }
      this.leftLength = rest.length
      this.current = undefined
    }
    this.settings = packet as IConnectPacket
    return packet
  }

  private refuseVersion5(): number {
    this.emit('error', new Error(NEEDS_ORIGINAL))
    return 0
  }

  /** Keeps of the chunk what the next one needs to know. */
  private finish(header: Uint8Array, at: number): undefined {
    const { bufferedLength } = this.decoder
    // A copy: it must not keep the chunk alive.
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

  /** The first bytes of the packet that began before the chunk. */
  private headerWith(chunk: Bytes): Uint8Array {
    const { header } = this
    if (header.length === LONGEST_FIXED_HEADER) return header
    return joined(header, chunk.subarray(0, LONGEST_FIXED_HEADER))
  }
}

export const NEEDS_ORIGINAL =
  "MQTT 5 needs mqtt-packet itself: use createMqttPacket({ v5: original }) of 'mqtt-wire/mqtt-packet'"

/** The Remaining Length of a packet whose fixed header was read. */
function remainingLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start + 1]!
  return first < 0x80 ? first : decodeRemainingLength(bytes, start + 1)!.value
}

/** The bytes of a fixed header that mqtt-packet would have taken: the first alone until the Remaining Length is there. */
function fixedHeaderLength(header: Uint8Array): number {
  return header.length === 0 ? 0 : 1 + (decodeRemainingLength(header, 1)?.length ?? 0)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}

function isVersion5(error: unknown): error is DecodeError {
  if (!(error instanceof DecodeError) || error.code !== 'unsupported-protocol-level') return false
  return ((error.found as number) & ~BRIDGE) === VERSION_5
}

/**
 * What a CONNECT of MQTT 5 shares with one of 3.1.1, read as such: everything up to the client identifier, but for the
 * properties before that. It is enough to answer with CONNACK 1 [MQTT-3.1.2-2].
 */
function connectOfVersion5(bytes: Uint8Array, bodyOffset: number, levelAt: number): IConnectPacket {
  const [level = 0, flags = 0, ...keepAlive] = bytes.subarray(levelAt, levelAt + 4)
  const properties = decodeRemainingLength(bytes, levelAt + 4) ?? { value: 0, length: 0 }
  const clientIdAt = levelAt + 4 + properties.length + properties.value
  const [high = 0, low = 0] = bytes.subarray(clientIdAt, clientIdAt + 2)
  const clientId = bytes.subarray(clientIdAt, clientIdAt + 2 + ((high << 8) | low))
  const name = bytes.subarray(bodyOffset, levelAt)
  const older = (level & BRIDGE) | (name.length === MQTT_NAME_LENGTH ? 4 : 3)
  const body = joined(Uint8Array.of(...name, older, flags & CLEAN_SESSION, ...keepAlive), clientId)
  const whole = joined(Uint8Array.of(bytes[0]!, ...encodeRemainingLength(body.length)), body)
  const packet = decode(whole as Bytes, OLDER_CONNECT)
  const connect = fromDecoded(packet, bytes[0]!, bytes.length - bodyOffset, false) as IConnectPacket
  return { ...connect, protocolVersion: VERSION_5 }
}

const OLDER_CONNECT = Object.freeze({
  protocols: ['3.1.1', '3.1', 'bridge'],
  tolerate: ['empty-client-identifier'],
} as const)
