// Explains packets: finds where they end, decodes each with a Reader that records, and builds the fields from the record.

import { incompletePacket, lenientSettings, readPacket } from '../decode.ts'
import { type Extent, reportTolerated, validateFixedHeader } from '../fixed-header.ts'
import { DECODE_ERRORS, DecodeError, type Packet, type ParserOptions } from '../index.ts'
import { parserOptionsFrom, type Settings } from '../options.ts'
import { packetTypeNameOf } from '../packet-types.ts'
import { assertBytes, concat, privateCopy } from '../wire/bytes.ts'
import { FieldBuilder } from './fields.ts'
import { RecordingReader } from './recording-reader.ts'
import type { ExplainedFault, ExplainedField, ExplainedPacket, Explanation, Missing } from './types.ts'

/** The options of a PacketParser, except that violations which `tolerate` accepts are always in the explanation. */
export type ExplainOptions = Omit<ParserOptions, 'onTolerated'>

/**
 * Explains every byte of a sequence of packets. It finds the same packets as a PacketParser with the same options, and the same
 * fault at the same offset.
 *
 * The explanation contains copies of all bytes, including passwords.
 *
 * @throws TypeError if `bytes` is not a Uint8Array, or the options are invalid
 */
export function explain(bytes: Uint8Array, options?: ExplainOptions): Explanation {
  const explainer = new PacketExplainer(options)
  const packets = explainer.push(bytes)
  const last = explainer.end()
  if (last !== undefined) packets.push(last)
  const { verdict = 'valid', fault, offset = 0, length = 0 } = packets.at(-1) ?? {}
  const end = offset + length
  return { packets, verdict, fault, end, unread: privateCopy(bytes.subarray(end)) }
}

/** Explains the packets of a stream as they arrive. Use one for each direction of a connection. */
export class PacketExplainer {
  private settings: Settings
  private readonly maxPacketSize: number
  /** The chunks of the packet that is not complete yet. */
  private held: Uint8Array[] = []
  private heldLength = 0
  /** How many bytes must be held before the packet can be explained further. */
  private needed = 1
  /** The stream offset of the first held byte. */
  private offset = 0
  private isOver = false
  private tolerated: DecodeError[] = []

  /** @throws TypeError if the options are invalid */
  constructor(options?: ExplainOptions) {
    const { settings, maxPacketSize } = parserOptionsFrom(options)
    this.settings = { ...settings, onTolerated: (violation) => this.tolerated.push(violation) }
    this.maxPacketSize = maxPacketSize
  }

  /**
   * Appends a chunk and returns the packets that it completes. A malformed packet is the last: bytes after it are not read.
   *
   * @throws TypeError if `chunk` is not a Uint8Array
   */
  push(chunk: Uint8Array): ExplainedPacket[] {
    assertBytes(chunk)
    const packets: ExplainedPacket[] = []
    if (this.isOver) return packets
    this.held.push(privateCopy(chunk))
    this.heldLength += chunk.length
    if (this.heldLength < this.needed) return packets
    const bytes = concat(this.held)
    let start = 0
    for (;;) {
      const packet = this.next(bytes, start)
      if (packet === undefined) break
      packets.push(packet)
      start += packet.length
      if (packet.verdict === 'malformed') {
        this.isOver = true
        break
      }
    }
    const rest = bytes.subarray(start)
    this.held = rest.length === 0 || this.isOver ? [] : [rest]
    this.heldLength = rest.length
    this.offset += start
    return packets
  }

  /** Ends the stream. Returns the incomplete last packet, explained as far as possible; undefined if there is none. */
  end(): ExplainedPacket | undefined {
    const bytes = concat(this.held)
    this.held = []
    this.isOver = true
    return bytes.length === 0 ? undefined : this.incomplete(bytes)
  }

  /** Explains the packet at `start` if it is complete or malformed. */
  private next(bytes: Uint8Array, start: number): ExplainedPacket | undefined {
    let extent: Extent | undefined
    try {
      extent = this.extentAt(bytes, start)
    } catch (error) {
      return this.withMalformedHeader(bytes, start, asDecodeError(error))
    }
    const available = bytes.length - start
    this.needed = extent === undefined ? available + 1 : extent.size
    return extent === undefined || extent.size > available ? undefined : this.whole(bytes, start, extent)
  }

  private extentAt(bytes: Uint8Array, start: number): Extent | undefined {
    const { settings, maxPacketSize, offset } = this
    return validateFixedHeader(bytes, start, bytes.length, settings, maxPacketSize, offset + start)
  }

  private withMalformedHeader(bytes: Uint8Array, start: number, error: DecodeError): ExplainedPacket {
    const builder = new FieldBuilder(bytes, this.offset, start)
    const end = error.offset === 0 ? start + 1 : bytes.length
    return this.explained(bytes[start]!, builder.fixedHeader(end), { error })
  }

  private whole(bytes: Uint8Array, start: number, extent: Extent): ExplainedPacket {
    const { firstByte, bodyOffset, size } = extent
    const reader = new RecordingReader(bytes, this.settings, this.offset, start)
    reader.enter(start, firstByte, bodyOffset, size)
    const outcome: { packet?: Packet; error?: DecodeError } = {}
    try {
      reportTolerated(reader)
      outcome.packet = readPacket(reader)
    } catch (error) {
      outcome.error = asDecodeError(error)
    }
    this.settings = reader.settings // a CONNECT of MQTT 3.1 changes them
    return this.explained(firstByte, fieldsOf(reader, this.offset), outcome)
  }

  private incomplete(bytes: Uint8Array): ExplainedPacket {
    const { settings, offset } = this
    const extent = this.extentAt(bytes, 0)
    const error = incompletePacket(bytes, settings, offset)
    const missing = { field: error.field, length: extent && extent.size - bytes.length }
    const { maxTopicFilters } = settings
    const reader = new RecordingReader(bytes, { ...lenientSettings(settings), maxTopicFilters }, offset)
    const bodyOffset = extent?.bodyOffset ?? bytes.length
    reader.enter(0, bytes[0]!, bodyOffset, bytes.length)
    if (extent !== undefined) {
      try {
        readPacket(reader)
      } catch (error) {
        asDecodeError(error) // the bytes end inside the last field, or no field can follow it
      }
      reader.cutPayload()
    }
    return this.explained(bytes[0]!, fieldsOf(reader, offset), { error, missing })
  }

  private explained(
    firstByte: number,
    fields: readonly ExplainedField[],
    { packet, error, missing }: { packet?: Packet; error?: DecodeError; missing?: Missing },
  ): ExplainedPacket {
    const [first] = fields
    const last = fields.at(-1)
    const tolerated = this.tolerated.map(faultOf)
    this.tolerated = []
    return {
      verdict: error === undefined ? 'valid' : missing === undefined ? 'malformed' : 'incomplete',
      type: packetTypeNameOf(firstByte),
      offset: first!.offset,
      length: last!.offset + last!.length - first!.offset,
      fields,
      packet,
      fault: error && faultOf(error),
      tolerated,
      missing,
    }
  }
}

/** The fields that the reader has read, and the bytes that it has not. */
function fieldsOf(reader: RecordingReader, offset: number): ExplainedField[] {
  const { bytes, start, end, readings, settings } = reader
  const builder = new FieldBuilder(bytes, offset, start)
  return [
    ...builder.fixedHeader(end),
    ...builder.body(readings, end, settings.version),
    ...builder.unread(reader.readEnd, end),
  ]
}

function faultOf(error: DecodeError): ExplainedFault {
  const { code, rule, field, streamOffset, found, message, action } = error
  return {
    code,
    rule,
    field,
    offset: streamOffset!,
    expected: DECODE_ERRORS[code].summary,
    found,
    message,
    action,
  }
}

function asDecodeError(error: unknown): DecodeError {
  if (error instanceof DecodeError) return error
  throw error
}
