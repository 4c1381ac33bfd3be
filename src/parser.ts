// Reads whole packets from a stream of chunks: decoded, or as frames. How chunks become packets, and `push`, `end` and
// `reset`, are in framing.ts.

import { readPacket } from './decode.ts'
import { settingsAfter } from './fixed-header.ts'
import { Frame } from './frame.ts'
import { Framing } from './framing.ts'
import { type ParserOptions, parserOptionsFrom } from './options.ts'
import { PACKET_TYPE_NAMES, type PacketType, type Role } from './packet-types.ts'
import type { PacketTo } from './packets/packet.ts'

// As in decode.ts: of this module, and not taken from the table of all types.
const CONNECT: typeof PacketType.CONNECT = 1
const TYPES = [undefined, ...PACKET_TYPE_NAMES, undefined]

/**
 * Decodes a stream of packets. Use one parser per connection.
 *
 * The payload, will message and password of a packet that lies within one chunk are views of that chunk. Do not overwrite,
 * transfer or shrink the chunk while you use them, or set `copyPayloads`.
 *
 * Inside `onTolerated` you can use `bufferedLength` and `maxPacketSize`; the other methods throw a TypeError.
 */
export class PacketParser<Bytes extends Uint8Array = Uint8Array, R extends Role = Role> extends Framing<
  Bytes,
  PacketTo<R, Bytes>
> {
  /** @throws TypeError if the options are invalid */
  constructor(options?: ParserOptions<R>) {
    super(parserOptionsFrom(options))
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
        reader.settings = settingsAfter(reader.bytes, reader.start, reader.end, reader.settings)
      this.consume(reader)
      return frame
    } catch (error) {
      throw this.failed(error)
    }
  }
}
