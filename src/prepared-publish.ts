// One PUBLISH for many receivers: checked and encoded once, then copied for each with its own flags and packet identifier.

import { assertNothingFollows, readerOf } from './decode.ts'
import { fits, refuseTarget } from './encode.ts'
import { isPacketIdentifier } from './encoding/checks.ts'
import { refuse, TYPE } from './encoding/field.ts'
import { checkFieldNames } from './encoding/field-names.ts'
import { checkEncodeOptions, tolerancesOf } from './encoding/options.ts'
import { assertFrameBytes, type Frame } from './frame.ts'
import { type EncodeOptions, type Settings, settingsFrom } from './options.ts'
import { DUP, FIRST_BYTE, flagsOf, packetTypeNameOf, type QoS, RETAIN } from './packet-types.ts'
import {
  type CheckedPublish,
  checkPublish,
  FIELDS,
  type PublishInput,
  preparePublishPacket,
  readCheckedPublish,
} from './packets/publish.ts'
import { show } from './show.ts'
import { assertBytes, copyInto, lengthOf, put, putRange } from './wire/bytes.ts'
import { Copies } from './wire/copies.ts'
import type { EncodedBytes } from './wire/host.ts'
import { allocate } from './wire/pool.ts'
import { packetSize, writeRemainingLength } from './wire/remaining-length.ts'
import { writeUint16 } from './wire/writer.ts'

/** The fields that differ for one receiver. Fields that are absent are as in the prepared packet. */
export interface PublishOverrides {
  /** Lowering QoS 1 or 2 to 0 also drops the packet's own `packetId` and `dup`. */
  readonly qos?: QoS | undefined
  readonly dup?: boolean | undefined
  readonly retain?: boolean | undefined
  /** 1 to 65,535 with QoS 1 and 2 [MQTT-2.3.1-1]; absent with QoS 0 [MQTT-2.3.1-5]. */
  readonly packetId?: number | undefined
}

const NO_OVERRIDES: PublishOverrides = {}
const { publish: PUBLISH } = FIRST_BYTE
const PACKET_ID_SIZE = 2

/** Names that other libraries use for these fields. Ignoring one would change what is sent. */
interface Misnamed {
  readonly QoS?: unknown
  readonly retained?: unknown
  readonly messageId?: unknown
}

/** The longest payload that is copied when it is prepared, so that `encode` copies the whole packet in one call. */
const MAX_COPIED = 4_096
const NOTHING = /* @__PURE__ */ new Uint8Array(0)

/**
 * Checks and encodes a PUBLISH once, to send it to any number of receivers.
 *
 * Each field of a packet is read once. With QoS 1 and 2 it needs no `packetId`: you can pass one for each receiver. The
 * topic name of a frame is checked in place, without making a string.
 *
 * A payload of up to 4,096 bytes is copied. A larger one is not: do not modify it while you use the result.
 *
 * @param publish a packet, or a frame that `readFrame` returned; it is not modified
 * @param options the rules that the packet and the overrides may break; default none. A frame that breaks a tolerated rule
 *   is sent on as it came
 * @throws EncodeError as {@link encode}; `unknown-packet-type` for packets and frames of other types
 * @throws DecodeError for a frame, as {@link decode} of its bytes
 * @throws TypeError if the options are invalid
 */
export function preparePublish(publish: PublishInput | Frame, options?: EncodeOptions): PreparedPublish {
  if (options !== undefined) checkEncodeOptions(options)
  const { type, bytes } = (publish ?? {}) as Partial<Frame>
  assertPublish(type)
  const checked =
    bytes === undefined ? checkPublish(publish as PublishInput, options) : readFrame(bytes, options)
  return new PreparedPublish(checked, options)
}

/** Reads a frame from its bytes alone, without making a string of its topic name. */
function readFrame(bytes: Uint8Array, options: EncodeOptions | undefined): CheckedPublish {
  assertFrameBytes(bytes)
  const reader = readerOf(bytes, settingsFor(options))
  const { firstByte } = reader
  assertPublish(packetTypeNameOf(firstByte))
  const checked = readCheckedPublish(reader, flagsOf(firstByte))
  assertNothingFollows(reader)
  return checked
}

/** The decoder's settings that tolerate what the encoder's options tolerate. */
function settingsFor(options: EncodeOptions | undefined): Settings {
  return { ...settingsFrom(undefined), tolerate: tolerancesOf(options) }
}

function assertPublish(type: unknown): void {
  if (type !== 'publish') refuse('unknown-packet-type', TYPE, "must be 'publish'", type)
}

/** The bytes of a packet except its flags and packet identifier. */
interface Image {
  /** Everything before the payload. */
  readonly headers: Copies
  /** The header, followed by the payload if it was copied. */
  readonly packets: Copies
  /** The length of the whole packet in bytes. */
  readonly size: number
}

/** A PUBLISH that {@link preparePublish} has checked and encoded. */
export class PreparedPublish {
  /** The payload, text as UTF-8. Send it after {@link PreparedPublish.header}. */
  readonly payload: Uint8Array
  private readonly publish: CheckedPublish
  private readonly options: EncodeOptions | undefined
  private readonly hasCopied: boolean
  private readonly copied: Uint8Array
  private withId: Image | undefined = undefined
  private withoutId: Image | undefined = undefined
  // The two fields of the receiver that was checked last.
  private firstByte = 0
  private packetId: number | undefined = undefined

  constructor(publish: CheckedPublish, options: EncodeOptions | undefined) {
    const { payload, payloadLength } = publish
    this.payload = payload
    this.publish = publish
    this.options = options
    this.hasCopied = payloadLength <= MAX_COPIED
    this.copied = new Uint8Array(this.hasCopied ? payloadLength : 0)
    copyInto(this.copied, 0, payload, 0, this.copied.length)
  }

  /**
   * Returns the number of bytes that {@link PreparedPublish.encode} would return for this receiver.
   *
   * @throws EncodeError, TypeError as `encode`
   */
  size(overrides?: PublishOverrides): number {
    return this.check(overrides).size
  }

  /**
   * Encodes the packet for one receiver.
   *
   * @param overrides the fields that differ for this receiver; default none
   * @returns its bytes, as {@link encode} does
   * @throws EncodeError for overrides that would make a packet that {@link encode} refuses: `invalid-qos`
   *   [MQTT-3.3.1-4], `dup-with-qos-0` [MQTT-3.3.1-2], `packet-identifier-zero` [MQTT-2.3.1-1],
   *   `unexpected-packet-identifier` [MQTT-2.3.1-5], `missing-field`, `wrong-field-type`, `value-out-of-range`; and
   *   `unknown-field`, for the fields for which `encode` throws it
   * @throws EncodeError `packet-too-large` if the packet identifier makes it too large
   * @throws TypeError if `overrides` is not an object, or the payload was detached or resized since it was prepared
   */
  encode(overrides?: PublishOverrides): EncodedBytes {
    const image = this.check(overrides)
    if (this.hasCopied) return this.finish(image, image.packets.next(), 0)
    const bytes = allocate(image.size)
    this.write(image, bytes, 0)
    return bytes
  }

  /**
   * Encodes the packet for one receiver into `target`: all of it or nothing. If the target overlaps a payload of more than
   * 4,096 bytes, the packet is written correctly but the payload is overwritten.
   *
   * @param offset the index in `target` of the first byte; default 0
   * @param overrides the fields that differ for this receiver; default none
   * @returns the number of bytes written
   * @throws EncodeError as `encode`, and `target-too-small` if the packet does not fit from `offset` on
   * @throws TypeError as `encode`, and if `target` is not a Uint8Array
   */
  encodeInto(target: Uint8Array, offset = 0, overrides?: PublishOverrides): number {
    assertBytes(target)
    const image = this.check(overrides)
    const { size } = image
    if (!fits(size, target, offset)) refuseTarget('publish')
    this.write(image, target, offset)
    return size
  }

  /**
   * Encodes everything that precedes the payload for one receiver. Send `payload` after it: all receivers share one payload.
   *
   * @param overrides the fields that differ for this receiver; default none
   * @returns its bytes, as `encode` does
   * @throws EncodeError, TypeError as `encode`
   */
  header(overrides?: PublishOverrides): EncodedBytes {
    const image = this.check(overrides)
    this.assertPayload()
    return this.finish(image, image.headers.next(), 0)
  }

  /**
   * Checks the overrides and stores the flags and the packet identifier for `finish`.
   *
   * The condition is the same as in `preparePublishPacket`, but not shared: `preparePublishPacket` must stay too large for V8
   * to inline (see there).
   */
  private check(overrides: PublishOverrides = NO_OVERRIDES): Image {
    if (overrides === null) this.checkInvalid(overrides, {})
    const { publish } = this
    const { qos = publish.qos, retain = publish.retain } = overrides
    const isLowered = qos === 0 && publish.qos !== 0
    const { dup = publish.dup && !isLowered, packetId = isLowered ? undefined : publish.packetId } = overrides
    const { QoS, retained, messageId } = overrides as Misnamed
    const isValid =
      typeof overrides === 'object' &&
      QoS === undefined &&
      retained === undefined &&
      messageId === undefined &&
      typeof dup === 'boolean' &&
      typeof retain === 'boolean' &&
      (qos === 0
        ? !dup && packetId === undefined // [MQTT-3.3.1-2] [MQTT-2.3.1-5]
        : (qos === 1 || qos === 2) && isPacketIdentifier(packetId)) // [MQTT-3.3.1-4] [MQTT-2.3.1-1]
    if (!isValid) this.checkInvalid(overrides, { qos, dup, retain, packetId }, { QoS, retained, messageId })
    this.firstByte = PUBLISH | (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0) // §3.3.1
    this.packetId = packetId
    return (qos === 0 ? this.withoutId : this.withId) ?? this.newImage(qos === 0)
  }

  /** Throws unless everything that is invalid is tolerated. */
  private checkInvalid(overrides: unknown, flags: PublishOverrides, misnamed?: Misnamed): void {
    if (typeof overrides !== 'object' || overrides === null)
      throw new TypeError(`overrides must be an object, not ${show(overrides)}`)
    const { type: _, topic: __, payload: ___, ...fields } = FIELDS
    checkFieldNames(overrides, fields, misnamed)
    preparePublishPacket({ type: 'publish', topic: 'a', payload: NOTHING, ...flags }, this.options).release()
  }

  /** Makes the image for QoS 0, or for QoS 1 and 2. */
  private newImage(isQos0: boolean): Image {
    const { publish, copied } = this
    const { topic, payloadLength } = publish
    const remainingLength = topic.length + (isQos0 ? 0 : PACKET_ID_SIZE) + payloadLength
    const size = packetSize(remainingLength, 'publish')
    const headerSize = size - payloadLength
    const bytes = new Uint8Array(headerSize + copied.length)
    put(bytes, writeRemainingLength(bytes, 1, remainingLength), topic)
    put(bytes, headerSize, copied)
    const headers = new Copies(bytes.subarray(0, headerSize))
    const image = { headers, packets: new Copies(bytes), size }
    if (isQos0) this.withoutId = image
    else this.withId = image
    return image
  }

  private write(image: Image, target: Uint8Array, offset: number): void {
    if (!this.hasCopied) {
      // The payload first: the target may overlap it.
      this.assertPayload()
      putRange(target, offset + image.headers.original.length, this.payload, 0, this.publish.payloadLength)
    }
    put(target, offset, image.packets.original)
    this.finish(image, target, offset)
  }

  /** Writes the flags and the packet identifier that `check` stored into a copy of the image. */
  private finish<Bytes extends Uint8Array>(image: Image, target: Bytes, offset: number): Bytes {
    target[offset] = this.firstByte
    const { packetId } = this
    if (packetId !== undefined)
      writeUint16(target, offset + image.headers.original.length - PACKET_ID_SIZE, packetId)
    return target
  }

  private assertPayload(): void {
    if (lengthOf(this.payload) !== this.publish.payloadLength)
      throw new TypeError(
        'the payload was detached or resized since it was prepared; prepare a copy of it before you transfer it',
      )
  }
}
