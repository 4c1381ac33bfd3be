// Decodes the packets of one or more streams, re-encodes each, and compares the bytes.

import type { InputChunk } from '../explain/forms/form.ts'
import { encode, type Frame, type Packet, PacketParser, type ParserOptions } from '../index.ts'
import { type StreamState, Streams } from './streams.ts'

/** A decoded packet and its origin. */
export interface Inspected {
  readonly chunk: InputChunk
  readonly packet: Packet
  readonly frame: Frame
  /** The number of the packet, starting at 1. */
  readonly sequence: number
  /** The stream offset of the packet's first byte. */
  readonly offset: number
  /** A remark if the packet encodes to other bytes; usually empty. */
  readonly remark: string
}

/** One direction of a connection: a parser that finds the packets, and one that decodes them. */
interface Stream extends StreamState {
  readonly frames: PacketParser<Uint8Array>
  readonly packets: PacketParser<Uint8Array>
  offset: number
  /** Whether the last decoded packet broke a tolerated rule. */
  isTolerated: boolean
}

export class Inspection {
  packets = 0
  /** Packets that encode to other bytes for no known reason. There should be none. */
  unexplained = 0
  private bytes = 0
  private longForms = 0
  private mqtt31Forms = 0
  private toleratedForms = 0
  private readonly streams: Streams<Stream>
  private readonly options: ParserOptions
  private readonly isCompared: boolean

  /** @param isCompared whether to re-encode each packet and compare the bytes */
  constructor(options: ParserOptions, isCompared: boolean) {
    this.options = options
    this.isCompared = isCompared
    this.streams = new Streams(options, (own) => {
      const stream: Stream = {
        frames: new PacketParser(own),
        packets: new PacketParser({
          ...own,
          onTolerated: () => {
            stream.isTolerated = true
          },
        }),
        offset: 0,
        isTolerated: false,
        isMqtt31: false,
      }
      return stream
    })
  }

  /** @throws DecodeError if a stream ends inside a packet */
  end(): void {
    for (const { frames } of this.streams.values()) frames.end()
  }

  /** Yields every packet that the chunk completes, then throws the DecodeError of the first malformed one, if any. */
  *push(chunk: InputChunk): Generator<Inspected> {
    const stream = this.streams.of(chunk)
    stream.frames.push(chunk.bytes)
    this.bytes += chunk.bytes.length
    for (let frame = stream.frames.readFrame(); frame !== undefined; frame = stream.frames.readFrame()) {
      stream.isTolerated = false
      const packet = stream.packets.push(frame.bytes).read()!
      stream.isMqtt31 ||= packet.type === 'connect' && packet.protocolLevel === 3
      this.packets++
      const remark = this.isCompared ? this.compare(packet, frame, stream) : ''
      yield { chunk, packet, frame, sequence: this.packets, offset: stream.offset, remark }
      stream.offset += frame.bytes.length
    }
  }

  /** @param form the recognized form of the input */
  summary(name: string, form: string): string {
    const exceptions = [
      this.longForms > 0 && `${this.longForms} whose Remaining Length was not in its shortest form`,
      this.mqtt31Forms > 0 && `${this.mqtt31Forms} with flags or fields that MQTT 3.1 ignores`,
      this.toleratedForms > 0 && `${this.toleratedForms} that break a rule`,
    ].filter(Boolean)
    const verdict =
      this.unexplained > 0
        ? `${this.unexplained} do not re-encode to the same bytes: please report this`
        : exceptions.length > 0
          ? `all re-encode to the same bytes, except ${exceptions.join(' and ')}`
          : 'all re-encode to the same bytes'
    return this.packets === 0 && this.bytes === 0
      ? `${name}: empty.`
      : `${name}: ${form}, ${this.soFar()}, ${verdict}.`
  }

  soFar(): string {
    return `${count(this.packets, 'packet')} in ${count(this.bytes, 'byte')}`
  }

  private compare(packet: Packet, { bytes, bodyOffset }: Frame, { isMqtt31, isTolerated }: Stream): string {
    const { tolerate } = this.options
    const again = encode(packet, tolerate && { tolerate })
    if (again.equals(bytes)) return ''
    const body = bytes.subarray(bodyOffset)
    if (again.length < bytes.length && again.subarray(again.length - body.length).equals(body)) {
      this.longForms++
      return `  (Remaining Length in ${bodyOffset - 1} bytes)`
    }
    const encoded = `encodes to ${again.toString('hex')}`
    if (isTolerated) {
      this.toleratedForms++
      return `  (tolerated: ${encoded})`
    }
    if (isMqtt31) {
      this.mqtt31Forms++
      return `  (MQTT 3.1: ${encoded})`
    }
    this.unexplained++
    return `  ${encoded}`
  }
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`
}
