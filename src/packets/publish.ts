// PUBLISH, §3.3.

import { refuse } from '../errors.ts'
import { DUP, type QoS, qosOf, RETAIN } from '../packet-types.ts'
import { readTopicName } from '../topic/read.ts'
import type { TopicNameField } from '../topic/rules.ts'
import { topicNameBytes } from '../topic/write.ts'
import { put } from '../wire/bytes.ts'
import type { Reader } from '../wire/reader.ts'
import { writeRemainingLength } from '../wire/remaining-length.ts'
import {
  checkBoolean,
  checkQos,
  type Data,
  isPacketIdentifier,
  payloadLength,
  refusePacketIdentifier,
  writeUint16,
} from '../wire/writer.ts'

interface ApplicationMessage<Bytes extends Uint8Array> {
  type: 'publish'
  topic: string
  payload: Bytes
  dup: boolean
  retain: boolean
}

/** An application message (§3.3). With QoS 1 and 2 `packetId` is 1 to 65,535; with QoS 0 there is none [MQTT-2.3.1-5]. */
export type Publish<Bytes extends Uint8Array = Uint8Array> =
  | (ApplicationMessage<Bytes> & { qos: 0; packetId?: undefined })
  | (ApplicationMessage<Bytes> & { qos: 1 | 2; packetId: number })

/** What a {@link Publish} says besides its payload. */
export interface PublishHeaderInput {
  readonly type?: 'publish' | undefined
  readonly topic: string
  readonly qos?: QoS | undefined
  readonly dup?: boolean | undefined
  readonly retain?: boolean | undefined
  readonly packetId?: number | undefined
}

/** A {@link Publish} to be encoded: `qos` 0, `dup` and `retain` false unless given. */
export interface PublishInput extends PublishHeaderInput {
  readonly type: 'publish'
  readonly payload: Data
}

const TOPIC_NAME: TopicNameField = {
  packetType: 'publish',
  field: 'Topic Name',
  wildcardRule: 'MQTT-3.3.2-2',
}

export function readPublish<Bytes extends Uint8Array>(reader: Reader<Bytes>, flags: number): Publish<Bytes> {
  const qos = qosOf(flags) as QoS
  const topic = readTopicName(reader, TOPIC_NAME) // [MQTT-3.3.2-1] [MQTT-3.3.2-2]
  const packetId = qos === 0 ? undefined : reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1] [MQTT-2.3.1-5]
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

/**
 * A PUBLISH on its way out, all but the payload: checked first, each field looked at once, then written. There is one,
 * used over and over, as nothing comes between.
 */
class OutgoingHeader {
  private firstByte = 0
  private topic: Uint8Array = new Uint8Array(0)
  private packetId = 0

  /** Checks the fields and returns the bytes of the variable header. */
  check(packet: PublishHeaderInput): number {
    const { topic, qos = 0, dup = false, retain = false, packetId } = packet
    const isSound =
      typeof dup === 'boolean' &&
      typeof retain === 'boolean' &&
      (qos === 0
        ? !dup && packetId === undefined // [MQTT-3.3.1-2] [MQTT-2.3.1-5]
        : (qos === 1 || qos === 2) && isPacketIdentifier(packetId)) // [MQTT-3.3.1-4] [MQTT-2.3.1-1]
    if (!isSound) refuseHeader(qos, dup, retain, packetId)
    const bytes = topicNameBytes(topic, TOPIC_NAME)
    this.topic = bytes
    this.firstByte = 0b0011_0000 | (dup ? 0b1000 : 0) | (qos << 1) | (retain ? 0b0001 : 0) // §3.3.1
    this.packetId = packetId ?? 0
    return qos === 0 ? bytes.length : bytes.length + 2
  }

  /** Writes the fixed header and the variable header; returns the position behind them. */
  write(target: Uint8Array, offset: number, remainingLength: number): number {
    const { topic, packetId } = this
    target[offset] = this.firstByte
    const position = writeRemainingLength(target, offset + 1, remainingLength)
    put(target, position, topic)
    const next = position + topic.length
    return packetId === 0 ? next : writeUint16(target, next, packetId)
  }
}

export const outgoingHeader: OutgoingHeader = new OutgoingHeader()

/** Checks the whole packet and counts its body's bytes; `payload` is the packet's, which is looked at once, too. */
export function publishLength(packet: PublishInput, payload: Data): number {
  return payloadLength(payload, 'publish', 'Payload') + outgoingHeader.check(packet)
}

/** Out of line, so that what every packet goes through is small. */
function refuseHeader(qos: unknown, dup: unknown, retain: unknown, packetId: unknown): never {
  checkBoolean(dup, 'publish', 'DUP flag')
  checkBoolean(retain, 'publish', 'RETAIN')
  checkQos(qos, 'publish', 'QoS level', 'MQTT-3.3.1-4')
  if (qos !== 0) refusePacketIdentifier(packetId, 'publish', 'MQTT-2.3.1-1')
  if (dup === true) refuse('dup-with-qos-0', 'publish', 'DUP flag')
  refuse('unexpected-packet-identifier', 'publish', 'Packet Identifier')
}
