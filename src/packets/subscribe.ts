// SUBSCRIBE, §3.8.

import { checkList, checkPacketIdentifier, checkQos } from '../encoding/checks.ts'
import { type Field, fieldsOf, packetFieldsOf, refuseType } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import type { QoS } from '../packet-types.ts'
import { readTopicFilter } from '../topic/read.ts'
import { checkTopicFilter } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

/** A topic filter, and the maximum QoS at which the server may send to it. */
export interface Subscription {
  topicFilter: string
  qos: QoS
}

/** A client's request for application messages (§3.8). */
export interface Subscribe {
  type: 'subscribe'
  /** 1 to 65,535. */
  packetId: number
  subscriptions: Subscription[]
}

/** A {@link Subscribe} to be encoded. `qos` defaults to 0. */
export interface SubscribeInput {
  readonly type: 'subscribe'
  readonly packetId: number
  readonly subscriptions: readonly { readonly topicFilter: string; readonly qos?: QoS | undefined }[]
}

const QOS_BITS = 0b11

export function readSubscribe(reader: Reader): Subscribe {
  const packetId = reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  const subscriptions = reader.entries(readSubscription, 'Topic Filter', 'no-topic-filter') // [MQTT-3.8.3-3]
  return { type: 'subscribe', packetId, subscriptions }
}

function readSubscription(reader: Reader): Subscription {
  return { topicFilter: readTopicFilter(reader), qos: readRequestedQos(reader) } // [MQTT-3.8.3-1]
}

function readRequestedQos(reader: Reader): QoS {
  const byte = reader.uint8('Requested QoS')
  const at = reader.position - 1
  const qos = byte & QOS_BITS
  if (qos === 3) reader.violation('invalid-qos', 'Requested QoS', at, 'MQTT-3-8.3-4', qos) // [MQTT-3-8.3-4]
  if (byte !== qos) reader.violation('requested-qos-reserved-bits', 'Requested QoS', at, undefined, byte) // [MQTT-3-8.3-4]
  return qos as QoS
}

const FIELDS = /* @__PURE__ */ packetFieldsOf('subscribe', {
  packetId: { name: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
  subscriptions: { name: 'Topic Filter', rule: 'MQTT-3.8.3-3' },
})
const SUBSCRIPTION: Field = { packetType: 'subscribe', name: 'Topic Filter', property: 'subscriptions[]' }
const ENTRY_FIELDS = /* @__PURE__ */ fieldsOf(
  'subscribe',
  { topicFilter: 'Topic Filter', qos: { name: 'Requested QoS', rule: 'MQTT-3-8.3-4' } },
  'subscriptions[].',
)

export function prepareSubscribe(packet: SubscribeInput, options: EncodeOptions | undefined): Outgoing {
  const { packetId, subscriptions } = packet
  checkFieldNames(packet, FIELDS)
  checkPacketIdentifier(packetId, FIELDS.packetId, options) // [MQTT-2.3.1-1]
  const body = new Body('subscribe').uint16(packetId)
  const entries = checkList(subscriptions, FIELDS.subscriptions, 'no-topic-filter', options) // [MQTT-3.8.3-3]
  for (const [index, entry] of entries.entries()) {
    if (entry === null || typeof entry !== 'object')
      refuseType(SUBSCRIPTION, 'must be an object with a topicFilter', entry, index)
    const { topicFilter, qos = 0 } = entry as SubscribeInput['subscriptions'][number]
    checkFieldNames(entry, ENTRY_FIELDS, undefined, index)
    checkQos(qos, ENTRY_FIELDS.qos, index) // [MQTT-3-8.3-4]
    body
      .prefixed(topicFilter, checkTopicFilter(topicFilter, ENTRY_FIELDS.topicFilter, options, index))
      .byte(qos)
  }
  return body.end()
}
