// Floor 3. PUBLISH, §3.3.

import { DUP, type QoS, qosOf, RETAIN } from '../control-packet.ts'
import { refuse } from '../errors.ts'
import { readTopicName, topicNameLength } from '../topic.ts'
import type { Reader } from '../wire/reader.ts'
import { writeTopicName } from '../wire/staged-topic.ts'
import {
  checkBoolean,
  checkPacketIdentifier,
  checkQos,
  type Data,
  payloadLength,
  writePayload,
  writeUint16,
} from '../wire/writer.ts'

/** An application message on its way (§3.3). */
export interface Publish<Bytes extends Uint8Array = Uint8Array> {
  type: 'publish'
  topic: string
  payload: Bytes
  qos: QoS
  dup: boolean
  retain: boolean
  /** 1 to 65,535 with QoS 1 and 2; undefined with QoS 0 [MQTT-2.3.1-5]. */
  packetId?: number | undefined
}

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

export function readPublish<Bytes extends Uint8Array>(reader: Reader<Bytes>, flags: number): Publish<Bytes> {
  const qos = qosOf(flags) as QoS
  const topic = readTopicName(reader, 'Topic Name', 'MQTT-3.3.2-2') // [MQTT-3.3.2-1] [MQTT-3.3.2-2]
  const packetId = qos === 0 ? undefined : reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1] [MQTT-2.3.1-5]
  return {
    type: 'publish',
    topic,
    payload: reader.rest(),
    qos,
    dup: (flags & DUP) !== 0,
    retain: (flags & RETAIN) !== 0,
    packetId,
  }
}

/** The flags of the fixed header (§3.3.1). */
export function publishFlags({ qos, dup, retain }: PublishHeaderInput): number {
  return (dup === true ? DUP : 0) | ((qos ?? 0) << 1) | (retain === true ? RETAIN : 0)
}

export function publishLength(packet: PublishInput): number {
  return publishHeaderLength(packet) + payloadLength(packet.payload, 'publish', 'Payload')
}

/** The bytes of the variable header. */
export function publishHeaderLength(packet: PublishHeaderInput): number {
  const { qos, dup, packetId } = packet
  if (dup !== undefined) checkBoolean(dup, 'publish', 'DUP flag')
  if (packet.retain !== undefined) checkBoolean(packet.retain, 'publish', 'RETAIN')
  const topicLength = topicNameLength(packet.topic, 'publish', 'Topic Name', 'MQTT-3.3.2-2')
  if (qos === 0 || qos === undefined) {
    if (dup === true) refuse('dup-with-qos-0', 'publish', 'DUP flag') // [MQTT-3.3.1-2]
    if (packetId !== undefined) refuse('unexpected-packet-identifier', 'publish', 'Packet Identifier') // [MQTT-2.3.1-5]
    return topicLength
  }
  checkQos(qos, 'publish', 'QoS level', 'MQTT-3.3.1-4') // [MQTT-3.3.1-4]
  checkPacketIdentifier(packetId, 'publish', 'MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  return topicLength + 2
}

export function writePublish(target: Uint8Array, position: number, packet: PublishInput): number {
  return writePayload(target, writePublishHeader(target, position, packet), packet.payload)
}

export function writePublishHeader(target: Uint8Array, position: number, packet: PublishHeaderInput): number {
  const next = writeTopicName(target, position, packet.topic)
  return packet.packetId === undefined ? next : writeUint16(target, next, packet.packetId)
}
