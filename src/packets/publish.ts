// PUBLISH, §3.3.

import {
  checkBoolean,
  checkPacketIdentifier,
  checkPayload,
  checkQos,
  type Data,
  isPacketIdentifier,
  refuseUnlessTolerated,
} from '../encoding/checks.ts'
import { type Field, type Fields, packetFieldsOf, refuse } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import { DUP, type QoS, qosOf, RETAIN } from '../packet-types.ts'
import { readTopicName, skipTopicName } from '../topic/read.ts'
import type { TopicNameField } from '../topic/rules.ts'
import { topicNameBytes } from '../topic/write.ts'
import { copyInto, ownMemory, put, putRange } from '../wire/bytes.ts'
import { DEFAULT_KIND } from '../wire/pool.ts'
import type { Reader } from '../wire/reader.ts'
import { checkRemainingLength, packetSize, writeRemainingLength } from '../wire/remaining-length.ts'
import { writeUtf8 } from '../wire/utf8.ts'
import { type Outgoing, PREFIX_SIZE, writeUint16 } from '../wire/writer.ts'

/** The fields of a PUBLISH except its payload and those of {@link Delivery}. */
export interface ApplicationMessageHeader {
  topic: string
  dup: boolean
  retain: boolean
}

/** With QoS 1 and 2 `packetId` is 1 to 65,535 [MQTT-2.3.1-1]; with QoS 0 it is undefined [MQTT-2.3.1-5]. */
export type Delivery = { qos: 0; packetId?: undefined } | { qos: 1 | 2; packetId: number }

interface ApplicationMessage<Bytes extends Uint8Array> extends ApplicationMessageHeader {
  type: 'publish'
  payload: Bytes
}

/** An application message (§3.3). With QoS 1 and 2 `packetId` is 1 to 65,535; with QoS 0 it is undefined [MQTT-2.3.1-5]. */
export type Publish<Bytes extends Uint8Array = Uint8Array> = ApplicationMessage<Bytes> & Delivery

/** The fields of a {@link Publish} except its payload. */
export interface PublishHeaderInput {
  readonly type?: 'publish' | undefined
  readonly topic: string
  readonly qos?: QoS | undefined
  readonly dup?: boolean | undefined
  readonly retain?: boolean | undefined
  readonly packetId?: number | undefined
}

/** A {@link Publish} to be encoded. `qos` defaults to 0, `dup` and `retain` to false. */
export interface PublishInput extends PublishHeaderInput {
  readonly type: 'publish'
  readonly payload: Data
}

// Each PUBLISH passes these two on: as constants of this module, not looked up among the fields.
const TOPIC: Field & TopicNameField = {
  packetType: 'publish',
  name: 'Topic Name',
  property: 'topic',
  rule: 'MQTT-3.3.2-2',
}
const PAYLOAD: Field = { packetType: 'publish', name: 'Payload', property: 'payload', isSecret: true }

export function readPublish<Bytes extends Uint8Array>(reader: Reader<Bytes>, flags: number): Publish<Bytes> {
  const qos = qosOf(flags) as QoS
  const topic = readTopicName(reader, TOPIC) // [MQTT-3.3.2-1] [MQTT-3.3.2-2]
  const packetId = qos === 0 ? undefined : reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1] [MQTT-2.3.1-5]
  // One shape for every QoS. Leaving packetId out of QoS 0 saves 9 bytes a packet, and no time: W1 and W2 take 1.00 on Node 20.
  return {
    type: 'publish',
    topic,
    payload: reader.rest(),
    qos,
    dup: (flags & DUP) !== 0,
    retain: (flags & RETAIN) !== 0,
    packetId,
  } as Publish<Bytes>
}

/** The size of the variable header (§3.3.2) of the PUBLISH whose body starts at `body`: topic name and packet identifier. */
export function variableHeaderSize(bytes: Uint8Array, body: number, flags: number): number {
  const topicLength = (bytes[body]! << 8) | bytes[body + 1]!
  return PREFIX_SIZE + topicLength + (qosOf(flags) === 0 ? 0 : 2)
}

/** The fields to be encoded. */
export const FIELDS: Fields<keyof PublishInput> = /* @__PURE__ */ packetFieldsOf('publish', {
  topic: TOPIC,
  payload: PAYLOAD,
  qos: 'QoS level',
  dup: 'DUP flag',
  retain: 'RETAIN',
  packetId: { name: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
})
const PAYLOAD_LENGTH: Field = { packetType: 'publish', name: 'Remaining Length', property: 'payloadLength' }

/**
 * The names that other libraries use for `qos` and `retain`. Checking for unknown names in every PUBLISH would make encode
 * take up to 1.2 times as long on Node 20. These two, which would change what is sent, cost nothing measurable.
 */
interface Misnamed {
  readonly QoS?: unknown
  readonly retained?: unknown
}

const NOTHING = /* @__PURE__ */ new Uint8Array(0)

/**
 * A checked PUBLISH. There is one reusable instance: it is written before the next one is checked, and no user code runs in
 * between.
 */
class OutgoingPublish implements Outgoing {
  size = 0
  firstByte = 0
  remainingLength = 0
  /** With its length prefix; in memory that the next topic overwrites. */
  topic: Uint8Array = NOTHING
  packetId: number | undefined
  payload: Data = NOTHING
  payloadLength = 0

  write(target: Uint8Array, offset: number): void {
    const { topic, packetId, payload, payloadLength } = this
    // The payload first: it is the only field that the target may overlap.
    const start = offset + this.size - payloadLength
    if (typeof payload === 'string') writeUtf8(target, start, payload)
    else putRange(target, start, payload, 0, payloadLength)
    this.payload = NOTHING
    target[offset] = this.firstByte
    const position = writeRemainingLength(target, offset + 1, this.remainingLength)
    put(target, position, topic)
    if (packetId !== undefined) writeUint16(target, position + topic.length, packetId)
  }

  release(): void {
    this.payload = NOTHING
  }
}

const outgoing = /* @__PURE__ */ new OutgoingPublish()

/**
 * Checks a PUBLISH. V8 does not inline functions of more than 460 bytes of bytecode. Keeping the rare checks inline here
 * makes this function larger than that, which leaves `encode` room to inline `allocate`: 0.93 of the time on Node 20.
 */
export function preparePublishPacket(packet: PublishInput, options: EncodeOptions | undefined): Outgoing {
  const { topic, payload, qos = 0, dup = false, retain = false, packetId } = packet
  const { QoS, retained } = packet as Misnamed
  const isValid =
    topic !== undefined &&
    payload !== undefined &&
    QoS === undefined &&
    retained === undefined &&
    typeof dup === 'boolean' &&
    typeof retain === 'boolean' &&
    (qos === 0
      ? !dup && packetId === undefined // [MQTT-3.3.1-2] [MQTT-2.3.1-5]
      : (qos === 1 || qos === 2) && isPacketIdentifier(packetId)) // [MQTT-3.3.1-4] [MQTT-2.3.1-1]
  if (!isValid) {
    checkFieldNames(packet, FIELDS, { QoS, retained })
    checkBoolean(dup, FIELDS.dup)
    checkBoolean(retain, FIELDS.retain)
    checkQos(qos, FIELDS.qos) // [MQTT-3.3.1-4]
    if (qos !== 0) {
      checkPacketIdentifier(packetId, FIELDS.packetId, options) // [MQTT-2.3.1-1]
    } else {
      if (dup) refuseUnlessTolerated(options, 'dup-with-qos-0', FIELDS.dup, 'must be false if qos is 0', dup) // [MQTT-3.3.1-2]
      if (packetId !== undefined)
        refuse('unexpected-packet-identifier', FIELDS.packetId, 'must be undefined if qos is 0', packetId) // [MQTT-2.3.1-5]
    }
  }
  // After the last getter, so that none can shrink the payload; before the topic, because `payload.length` may be one, too.
  const payloadLength = checkPayload(payload, PAYLOAD)
  const bytes = topicNameBytes(topic, TOPIC, options)
  const remainingLength = bytes.length + payloadLength + (qos === 0 ? 0 : 2)
  outgoing.size = packetSize(remainingLength, 'publish')
  outgoing.remainingLength = remainingLength
  outgoing.firstByte = 0b0011_0000 | (dup ? 0b1000 : 0) | (qos << 1) | (retain ? 0b0001 : 0) // §3.3.1
  outgoing.topic = bytes
  outgoing.packetId = packetId
  outgoing.payload = payload
  outgoing.payloadLength = payloadLength
  return outgoing
}

/** Prepares the part of a PUBLISH that precedes a payload of this length. `packet.payload` is ignored. */
export function preparePublishHeader(
  packet: PublishHeaderInput,
  payloadLength: number,
  options: EncodeOptions | undefined,
): Outgoing {
  const { topic, qos, dup, retain, packetId } = packet
  checkFieldNames(packet, FIELDS)
  checkRemainingLength(payloadLength, PAYLOAD_LENGTH)
  preparePublishPacket({ type: 'publish', topic, qos, dup, retain, packetId, payload: NOTHING }, options)
  const remainingLength = outgoing.remainingLength + payloadLength
  outgoing.size = packetSize(remainingLength, 'publish') - payloadLength
  outgoing.remainingLength = remainingLength
  return outgoing
}

/** A PUBLISH that was checked, to be encoded any number of times. */
export interface CheckedPublish {
  /** With its prefix, in memory of its own. */
  readonly topic: Uint8Array
  readonly payload: Uint8Array
  readonly payloadLength: number
  readonly qos: QoS
  readonly dup: boolean
  readonly retain: boolean
  /** Undefined with QoS 0, or if it is given later. */
  readonly packetId: number | undefined
}

/** Checks a PUBLISH. With QoS 1 and 2 the packet identifier may be left out. */
export function checkPublish(packet: PublishInput, options: EncodeOptions | undefined): CheckedPublish {
  const { topic, payload, qos = 0, dup = false, retain = false, packetId } = packet
  checkFieldNames(packet, FIELDS)
  const checkedId = qos !== 0 && packetId === undefined ? 1 : packetId
  preparePublishPacket({ type: 'publish', topic, payload, qos, dup, retain, packetId: checkedId }, options)
  const { payloadLength } = outgoing
  const checked = {
    topic: new Uint8Array(outgoing.topic),
    payload: typeof payload === 'string' ? textBytes(payload, payloadLength) : payload,
    payloadLength,
    qos,
    dup,
    retain,
    packetId,
  }
  outgoing.release()
  return checked
}

/** In memory of their own: a message may be kept for long after it was prepared. */
function textBytes(text: string, length: number): Uint8Array {
  const bytes = ownMemory(DEFAULT_KIND, length)
  writeUtf8(bytes, 0, text)
  return bytes
}

/** Reads a PUBLISH that is to be encoded again. Its topic name is checked, but no text is made of it. */
export function readCheckedPublish(reader: Reader, flags: number): CheckedPublish {
  const qos = qosOf(flags) as QoS
  const start = reader.position
  skipTopicName(reader, TOPIC) // [MQTT-3.3.2-1] [MQTT-3.3.2-2]
  const topic = new Uint8Array(reader.position - start)
  copyInto(topic, 0, reader.bytes, start, reader.position)
  const packetId = qos === 0 ? undefined : reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1] [MQTT-2.3.1-5]
  const payloadLength = reader.end - reader.position
  const dup = (flags & DUP) !== 0
  const retain = (flags & RETAIN) !== 0
  return { topic, payload: reader.rest(), payloadLength, qos, dup, retain, packetId }
}
