// Every packet of some streams, and a comparison of what it encodes to with what came in.

import { encode, type Frame, type Packet, PacketParser, type ParserOptions } from '../index.ts'
import type { Piece } from './input.ts'

/** A packet as it was found. */
export interface Inspected {
  readonly piece: Piece
  readonly packet: Packet<Buffer>
  readonly frame: Frame<Buffer>
  /** Counted from 1. */
  readonly sequence: number
  /** Bytes of its stream before it. */
  readonly offset: number
  /** What is odd about it; mostly nothing. */
  readonly remark: string
}

/** One direction of a connection: a parser that decodes, and one that keeps the very bytes. */
interface Stream {
  readonly packets: PacketParser<Buffer>
  readonly frames: PacketParser<Buffer>
  offset: number
  /** Whether it is MQTT 3.1, in which a receiver ignores flags and absent fields that an encoder writes otherwise. */
  isMqtt31: boolean
}

const ROLES = { c2s: 'server', s2c: 'client' } as const

export class Inspection {
  packets = 0
  /** Packets that encode to other bytes although their Remaining Length was the shortest: there should be none. */
  unexplained = 0
  private bytes = 0
  private longForms = 0
  private mqtt31Forms = 0
  private readonly streams = new Map<string, Stream>()

  /** @throws DecodeError if a stream ends inside a packet */
  end(): void {
    for (const { packets } of this.streams.values()) packets.end()
  }

  /** Gives every packet that the piece completes, before it throws the DecodeError of the first bad one. */
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
      this.mqtt31Forms > 0 && `${this.mqtt31Forms} with what MQTT 3.1 ignores`,
    ].filter(Boolean)
    const verdict =
      this.unexplained > 0
        ? `${this.unexplained} do not encode to the bytes that came in: please report this`
        : exceptions.length > 0
          ? `all encode to the very bytes that came in, but for ${exceptions.join(' and ')}`
          : 'every one encodes to the very bytes that came in'
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
      // A tool that shows packets takes every protocol that the library can read.
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
