// SUBSCRIBE, §3.8.

import type { QoS } from '../packet-types.ts'
import { readTopicFilter } from '../topic/read.ts'
import { topicFilterLength } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import {
  checkList,
  checkPacketIdentifier,
  checkQos,
  refuseValue,
  writeText,
  writeUint16,
} from '../wire/writer.ts'

/** A topic filter, and the most that the server may send by it. */
export interface Subscription {
  topicFilter: string
  qos: QoS
}

/** A client asks for application messages (§3.8). */
export interface Subscribe {
  type: 'subscribe'
  /** 1 to 65,535. */
  packetId: number
  subscriptions: Subscription[]
}

/** A {@link Subscribe} to be encoded: `qos` 0 unless given. */
export interface SubscribeInput {
  readonly type: 'subscribe'
  readonly packetId: number
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos?: QoS | undefined }[]
}

const QOS_BITS = 0b11

export function readSubscribe(reader: Reader): Subscribe {
  const packetId = reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  const subscriptions: Subscription[] = []
  if (reader.position === reader.end) reader.violation('no-topic-filter', 'Topic Filter', reader.position) // [MQTT-3.8.3-3]
  while (reader.position < reader.end) {
    if (subscriptions.length >= reader.settings.maxTopicFilters)
      reader.fail(
        'too-many-topic-filters',
        'Topic Filter',
        reader.position,
        undefined,
        subscriptions.length + 1,
      )
    const topicFilter = readTopicFilter(reader) // [MQTT-3.8.3-1]
    subscriptions.push({ topicFilter, qos: readRequestedQos(reader) })
  }
  return { type: 'subscribe', packetId, subscriptions }
}

function readRequestedQos(reader: Reader): QoS {
  const byte = reader.uint8('Requested QoS')
  const at = reader.position - 1
  const qos = byte & QOS_BITS
  if (qos === 3) reader.fail('invalid-qos', 'Requested QoS', at, 'MQTT-3-8.3-4', qos) // [MQTT-3-8.3-4]
  if (byte !== qos) reader.violation('requested-qos-reserved-bits', 'Requested QoS', at, undefined, byte) // [MQTT-3-8.3-4]
  return qos as QoS
}

export function subscribeLength({ packetId, subscriptions }: SubscribeInput): number {
  checkPacketIdentifier(packetId, 'subscribe', 'MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  checkList(subscriptions, 'subscribe', 'Topic Filter', 'no-topic-filter', 'MQTT-3.8.3-3') // [MQTT-3.8.3-3]
  let length = 2
  for (const subscription of subscriptions) {
    if (subscription === null || typeof subscription !== 'object')
      refuseValue(subscription, 'subscribe', 'Topic Filter')
    const { topicFilter, qos } = subscription
    if (qos !== undefined) checkQos(qos, 'subscribe', 'Requested QoS', 'MQTT-3-8.3-4') // [MQTT-3-8.3-4]
    length += topicFilterLength(topicFilter, 'subscribe') + 1
  }
  return length
}

export function writeSubscribe(target: Uint8Array, position: number, packet: SubscribeInput): number {
  let next = writeUint16(target, position, packet.packetId)
  for (const { topicFilter, qos } of packet.subscriptions) {
    next = writeText(target, next, topicFilter)
    target[next++] = qos ?? 0
  }
  return next
}
