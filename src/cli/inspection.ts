// Decodes the packets of one or more streams, encodes each again, and compares the bytes.

import { encode, type Frame, type Packet, PacketParser, type ParserOptions } from '../index.ts'
import type { Piece } from './input.ts'

/** A decoded packet and its origin. */
export interface Inspected {
  readonly piece: Piece
  readonly packet: Packet<Buffer>
  readonly frame: Frame<Buffer>
  /** The number of the packet, starting at 1. */
  readonly sequence: number
  /** The stream offset of the packet's first byte. */
  readonly offset: number
  /** A remark if the packet encodes to other bytes; usually empty. */
  readonly remark: string
}

/** One direction of a connection: a parser for the packets, and one for their bytes. */
interface Stream {
  readonly packets: PacketParser<Buffer>
  readonly frames: PacketParser<Buffer>
  offset: number
  /** Whether it is MQTT 3.1, whose ignored flags and missing fields do not survive encoding. */
  isMqtt31: boolean
}

const ROLES = { c2s: 'server', s2c: 'client' } as const

export class Inspection {
  packets = 0
  /** Packets that encode to other bytes for no known reason. There should be none. */
  unexplained = 0
  private bytes = 0
  private longForms = 0
  private mqtt31Forms = 0
  private readonly streams = new Map<string, Stream>()

  /** @throws DecodeError if a stream ends inside a packet */
  end(): void {
    for (const { packets } of this.streams.values()) packets.end()
  }

  /** Yields every packet that the piece completes, then throws the DecodeError of the first malformed one, if any. */
  *push(piece: Piece): Generator<Inspected> {
    const stream = this.streamOf(piece)
    stream.packets.push(piece.bytes)
    stream.frames.push(piece.bytes)
    this.bytes += piece.bytes.length
    for (const packet of stream.packets) {
      const frame = stream.frames.readFrame() as Frame<Buffer>
      this.packets++
      stream.isMqtt31 ||= packet.type === 'connect' && packet.protocolLevel === 3
      yield {
        piece,
        packet,
        frame,
        sequence: this.packets,
        offset: stream.offset,
        remark: this.compare(packet, frame, stream.isMqtt31),
      }
      stream.offset += frame.bytes.length
    }
  }

  summary(name: string): string {
    const exceptions = [
      this.longForms > 0 && `${this.longForms} whose Remaining Length was not in its shortest form`,
      this.mqtt31Forms > 0 && `${this.mqtt31Forms} with flags or fields that MQTT 3.1 ignores`,
    ].filter(Boolean)
    const verdict =
      this.unexplained > 0
        ? `${this.unexplained} do not encode to the same bytes again: please report this`
        : exceptions.length > 0
          ? `all encode to the same bytes again, except ${exceptions.join(' and ')}`
          : 'all encode to the same bytes again'
    return `${name}: ${this.soFar()}, ${verdict}.`
  }

  soFar(): string {
    return `${count(this.packets, 'packet')} in ${count(this.bytes, 'byte')}`
  }

  private compare(packet: Packet<Buffer>, { bytes, bodyOffset }: Frame<Buffer>, isMqtt31: boolean): string {
    const again = encode(packet)
    if (bytes.equals(again)) return ''
    const body = bytes.subarray(bodyOffset)
    if (again.length < bytes.length && body.equals(again.subarray(again.length - body.length))) {
      this.longForms++
      return `  (Remaining Length in ${bodyOffset - 1} bytes)`
    }
    if (isMqtt31) {
      this.mqtt31Forms++
      return `  (MQTT 3.1: encodes to ${Buffer.from(again).toString('hex')})`
    }
    this.unexplained++
    return `  encodes to ${Buffer.from(again).toString('hex')}`
  }

  private streamOf({ connection, direction }: Piece): Stream {
    const key = `${direction} ${connection}`
    let stream = this.streams.get(key)
    if (stream === undefined) {
      // Accept every protocol that the library supports.
      const isMqtt31 = direction === 's2c' && this.streams.get(`c2s ${connection}`)?.isMqtt31 === true
      const options: ParserOptions = {
        protocols: isMqtt31 ? ['3.1'] : ['3.1.1', '3.1', 'bridge'],
        role: direction === undefined ? undefined : ROLES[direction],
      }
      stream = {
        packets: new PacketParser(options),
        frames: new PacketParser(options),
        offset: 0,
        isMqtt31,
      }
      this.streams.set(key, stream)
    }
    return stream
  }
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
