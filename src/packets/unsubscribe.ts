// UNSUBSCRIBE, §3.10.

import { checkList, checkPacketIdentifier } from '../encoding/checks.ts'
import { type Field, packetFieldsOf } from '../encoding/field.ts'
import { checkFieldNames } from '../encoding/field-names.ts'
import type { EncodeOptions } from '../options.ts'
import { readTopicFilter } from '../topic/read.ts'
import { checkTopicFilter } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import { Body, type Outgoing } from '../wire/writer.ts'

/** A client's request to remove subscriptions (§3.10). */
export interface Unsubscribe {
  type: 'unsubscribe'
  /** 1 to 65,535. */
  packetId: number
  topicFilters: string[]
}

/** An {@link Unsubscribe} to be encoded. */
export interface UnsubscribeInput {
  readonly type: 'unsubscribe'
  readonly packetId: number
  readonly topicFilters: readonly string[]
}

export function readUnsubscribe(reader: Reader): Unsubscribe {
  const packetId = reader.packetIdentifier('MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  const topicFilters = reader.entries(
    readTopicFilter, // [MQTT-3.10.3-1]
    'Topic Filter',
    'no-topic-filter',
    'MQTT-3.10.3-2', // [MQTT-3.10.3-2]
    '§3.10.3',
  )
  return { type: 'unsubscribe', packetId, topicFilters }
}

const FIELDS = /* @__PURE__ */ packetFieldsOf('unsubscribe', {
  packetId: { name: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
  topicFilters: { name: 'Topic Filter', rule: 'MQTT-3.10.3-2' },
})
const TOPIC_FILTER: Field = { packetType: 'unsubscribe', name: 'Topic Filter', property: 'topicFilters[]' }

export function prepareUnsubscribe(packet: UnsubscribeInput, options: EncodeOptions | undefined): Outgoing {
  const { packetId, topicFilters } = packet
  checkFieldNames(packet, FIELDS)
  checkPacketIdentifier(packetId, FIELDS.packetId, options) // [MQTT-2.3.1-1]
  const body = new Body('unsubscribe').uint16(packetId)
  const filters = checkList(topicFilters, FIELDS.topicFilters, 'no-topic-filter', options, '§3.10.3') // [MQTT-3.10.3-2]
  for (const [index, filter] of filters.entries())
    body.prefixed(filter as string, checkTopicFilter(filter, TOPIC_FILTER, options, index))
  return body.end()
}
