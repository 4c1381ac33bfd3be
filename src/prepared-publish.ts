// One PUBLISH for many receivers: checked and encoded once, then copied for each with its flags and its packet identifier.

import { isPacketIdentifier } from './checks.ts'
import { assertNothingFollows, readerOf } from './decode.ts'
import { fits } from './encode.ts'
import { checkEncodeOptions, tolerancesOf } from './encode-options.ts'
import { EncodeError } from './errors.ts'
import { type Field, refuse } from './field.ts'
import { checkFieldNames, fieldNames } from './field-names.ts'
import { assertFrameBytes, type Frame } from './frame.ts'
import { type EncodeOptions, type Settings, settingsFrom } from './options.ts'
import { DUP, FIRST_BYTE, flagsOf, packetTypeNameOf, type QoS, RETAIN } from './packet-types.ts'
import {
  type CheckedPublish,
  checkPublish,
  type PublishInput,
  preparePublish as preparePlain,
  readCheckedPublish,
} from './packets/publish.ts'
import { show } from './show.ts'
import { assertBytes, lengthOf, put } from './wire/bytes.ts'
import { allocate } from './wire/pool.ts'
import { packetSize, writeRemainingLength } from './wire/remaining-length.ts'
import { writeUint16 } from './wire/writer.ts'

/** What is different for one receiver; what is not given is as in the packet that was prepared. */
export interface PublishOverrides {
  /** Where this makes a packet of QoS 1 or 2 one of QoS 0, its own `packetId` and `dup` are left out. */
  readonly qos?: QoS | undefined
  readonly dup?: boolean | undefined
  readonly retain?: boolean | undefined
  /** 1 to 65,535 with QoS 1 and 2 [MQTT-2.3.1-1]; none with QoS 0 [MQTT-2.3.1-5]. */
  readonly packetId?: number | undefined
}

const TYPE: Field = { packetType: undefined, name: 'Control Packet type', property: 'type' }
const NO_OVERRIDES: PublishOverrides = {}
const NAMES = fieldNames('publish', ['qos', 'dup', 'retain', 'packetId'])
const { publish: PUBLISH } = FIRST_BYTE
const PACKET_ID_SIZE = 2

/** What `encode` and other libraries call the fields: each would change what is sent, and looking at them costs nothing. */
interface Misnamed {
  readonly QoS?: unknown
  readonly retained?: unknown
  readonly messageId?: unknown
}

/** The longest payload that is copied when it is prepared: those of small packets, which `encode` then copies in one piece. */
const LONGEST_COPIED = 4_096
const NOTHING = new Uint8Array(0)

/**
 * Checks and encodes a PUBLISH once, to send it to any number of receivers.
 *
 * Of the packet its fields are read once and never again; `packetId` may be left out with QoS 1 and 2, to be given for each
 * receiver. Of a frame of `readFrame()` the topic name is checked in its place, without making text of it.
 *
 * A payload of up to 4,096 bytes is copied. A larger one is not: do not change its bytes while you use what is returned.
 *
 * @param publish is not changed
 * @param options rules that the packet may break, then and with each receiver's overrides; default none. What a frame holds
 *   against a tolerated rule is sent on as it came
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

/** Reads all but the text of a frame's topic name. Its bytes alone count. */
function readFrame(bytes: Uint8Array, options: EncodeOptions | undefined): CheckedPublish {
  assertFrameBytes(bytes)
  const reader = readerOf(bytes, settingsFor(options))
  const { firstByte } = reader
  assertPublish(packetTypeNameOf(firstByte))
  const checked = readCheckedPublish(reader, flagsOf(firstByte))
  assertNothingFollows(reader)
  return checked
}

/** How to read what the encoder's options allow. */
function settingsFor(options: EncodeOptions | undefined): Settings {
  const settings = settingsFrom(undefined)
  return options === undefined ? settings : { ...settings, tolerate: tolerancesOf(options) }
}

function assertPublish(type: unknown): void {
  if (type !== 'publish') refuse('unknown-packet-type', TYPE, "is 'publish'", type)
}

/** The bytes of a packet, but for its flags and its packet identifier. */
interface Image {
  /** Everything before the payload. */
  readonly header: Uint8Array
  /** That and the payload, if it was copied. */
  readonly bytes: Uint8Array
  /** Bytes of the whole packet. */
  readonly size: number
}

/** A PUBLISH that was checked and encoded once: see {@link preparePublish}. */
export class PreparedPublish {
  /** The payload that was prepared, text as UTF-8: what follows {@link PreparedPublish.header} on the wire. */
  readonly payload: Uint8Array
  private readonly publish: CheckedPublish
  private readonly options: EncodeOptions | undefined
  private readonly copied: Uint8Array
  private withId: Image | undefined = undefined
  private withoutId: Image | undefined = undefined
  /** Of the receiver that was checked last. */
  private firstByte = 0
  private packetId: number | undefined = undefined

  constructor(publish: CheckedPublish, options: EncodeOptions | undefined) {
    const { payload, payloadLength } = publish
    this.payload = payload
    this.publish = publish
    this.options = options
    this.copied = new Uint8Array(payloadLength <= LONGEST_COPIED ? payloadLength : 0)
    if (payloadLength <= LONGEST_COPIED) put(this.copied, 0, payload)
  }

  /**
   * The number of bytes that {@link PreparedPublish.encode} would return for this receiver.
   *
   * @throws EncodeError, TypeError as `encode`
   */
  size(overrides?: PublishOverrides): number {
    return this.check(overrides).size
  }

  /**
   * The packet for one receiver.
   *
   * @param overrides what is different for the receiver; default nothing
   * @returns its bytes: a Buffer where there is Buffer, else a Uint8Array; small ones share memory with others
   * @throws EncodeError for overrides that would make a packet that {@link encode} refuses: `invalid-qos`
   *   [MQTT-3.3.1-4], `dup-with-qos-0` [MQTT-3.3.1-2], `packet-identifier-zero` [MQTT-2.3.1-1],
   *   `unexpected-packet-identifier` [MQTT-2.3.1-5], `missing-field`, `wrong-field-type`, `value-out-of-range`; and for
   *   fields that are no overrides, `unknown-field`, as far as `encode` looks at them
   * @throws EncodeError `packet-too-large` if only its packet identifier makes it so
   * @throws TypeError if `overrides` is not an object, or the payload was detached or resized since it was prepared
   */
  encode(overrides?: PublishOverrides): Uint8Array {
    const image = this.check(overrides)
    const bytes = allocate(image.size)
    this.write(image, bytes, 0)
    return bytes
  }

  /**
   * Writes the packet for one receiver into `target`, all of it or nothing. The target may overlap the payload, which a
   * payload of more than 4,096 bytes does not survive.
   *
   * @param offset where in `target` its first byte goes; default 0
   * @param overrides what is different for the receiver; default nothing
   * @returns the number of bytes written
   * @throws EncodeError as `encode`, and `target-too-small` if the packet does not fit from `offset` on
   * @throws TypeError as `encode`, and if `target` is not a Uint8Array
   */
  encodeInto(target: Uint8Array, offset = 0, overrides?: PublishOverrides): number {
    assertBytes(target)
    const image = this.check(overrides)
    const { size } = image
    if (!fits(size, target, offset)) throw new EncodeError('target-too-small', { packetType: 'publish' })
    this.write(image, target, offset)
    return size
  }

  /**
   * Everything that precedes the payload for one receiver. Send `payload` after it: all receivers then share one payload.
   *
   * @param overrides what is different for the receiver; default nothing
   * @returns its bytes, as those of `encode`
   * @throws EncodeError, TypeError as `encode`
   */
  header(overrides?: PublishOverrides): Uint8Array {
    const { header } = this.check(overrides)
    if (lengthOf(this.payload) !== this.publish.payloadLength) throw changedPayload()
    const bytes = allocate(header.length)
    put(bytes, 0, header)
    this.finish(header, bytes, 0)
    return bytes
  }

  /** Checks what is different for one receiver, and remembers it until it is written. */
  private check(overrides: PublishOverrides = NO_OVERRIDES): Image {
    const { publish } = this
    const { qos = publish.qos, retain = publish.retain } = overrides
    // Making it QoS 0 leaves out what QoS 0 has not.
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
    if (!isValid) this.checkInvalid(overrides, { qos, dup, retain, packetId })
    this.firstByte = PUBLISH | (dup ? DUP : 0) | (qos << 1) | (retain ? RETAIN : 0) // §3.3.1
    this.packetId = packetId
    return (qos === 0 ? this.withoutId : this.withId) ?? this.newImage(qos === 0)
  }

  /** Refuses what is not valid unless it is tolerated. */
  private checkInvalid(overrides: unknown, flags: PublishOverrides): void {
    if (typeof overrides !== 'object' || overrides === null)
      throw new TypeError(`overrides must be an object, not ${show(overrides)}`)
    checkFieldNames(overrides, NAMES)
    preparePlain({ type: 'publish', topic: 'a', payload: NOTHING, ...flags }, this.options).release()
  }

  /** What QoS 0 is encoded from, or QoS 1 and 2. */
  private newImage(isQos0: boolean): Image {
    const { publish, copied } = this
    const { topic, payloadLength } = publish
    const remainingLength = topic.length + (isQos0 ? 0 : PACKET_ID_SIZE) + payloadLength
    const size = packetSize(remainingLength, 'publish')
    const headerSize = size - payloadLength
    const bytes = new Uint8Array(headerSize + copied.length)
    put(bytes, writeRemainingLength(bytes, 1, remainingLength), topic)
    put(bytes, headerSize, copied)
    const image = { header: bytes.subarray(0, headerSize), bytes, size }
    if (isQos0) this.withoutId = image
    else this.withId = image
    return image
  }

  private write({ header, bytes, size }: Image, target: Uint8Array, offset: number): void {
    if (bytes.length < size) {
      // The payload first: the target may lie over it, and nothing else that is to be written.
      if (lengthOf(this.payload) !== this.publish.payloadLength) throw changedPayload()
      put(target, offset + header.length, this.payload)
    }
    put(target, offset, bytes)
    this.finish(header, target, offset)
  }

  /** Writes the flags and the packet identifier that were checked. */
  private finish(header: Uint8Array, target: Uint8Array, offset: number): void {
    target[offset] = this.firstByte
    const { packetId } = this
    if (packetId !== undefined) writeUint16(target, offset + header.length - PACKET_ID_SIZE, packetId)
  }
}

function changedPayload(): TypeError {
  return new TypeError(
    'the payload was detached or resized since it was prepared; prepare a copy of it before you transfer it',
  )
}
