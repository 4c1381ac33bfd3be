// UNSUBSCRIBE, §3.10.

import { checkList, checkPacketIdentifier } from '../encoding/checks.ts'
import { fieldsOf } from '../encoding/field.ts'
import { checkFieldNames, fieldNames } from '../encoding/field-names.ts'
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
  const topicFilters: string[] = []
  if (reader.position === reader.end) {
    reader.violation('no-topic-filter', 'Topic Filter', reader.position, 'MQTT-3.10.3-2') // [MQTT-3.10.3-2]
  }
  while (reader.position < reader.end) {
    if (topicFilters.length >= reader.settings.maxTopicFilters)
      reader.fail(
        'too-many-topic-filters',
        'Topic Filter',
        reader.position,
        '§3.10.3',
        topicFilters.length + 1,
      )
    topicFilters.push(readTopicFilter(reader)) // [MQTT-3.10.3-1]
  }
  return { type: 'unsubscribe', packetId, topicFilters }
}

const field = /* @__PURE__ */ fieldsOf('unsubscribe')
const NAMES = /* @__PURE__ */ fieldNames('unsubscribe', ['type', 'packetId', 'topicFilters'])
const PACKET_IDENTIFIER = /* @__PURE__ */ field('Packet Identifier', 'packetId', 'MQTT-2.3.1-1')
const TOPIC_FILTERS = /* @__PURE__ */ field('Topic Filter', 'topicFilters', 'MQTT-3.10.3-2')
const TOPIC_FILTER = /* @__PURE__ */ field('Topic Filter', 'topicFilters[]')

export function prepareUnsubscribe(packet: UnsubscribeInput, options: EncodeOptions | undefined): Outgoing {
  const { packetId, topicFilters } = packet
  checkFieldNames(packet, NAMES)
  checkPacketIdentifier(packetId, PACKET_IDENTIFIER, options) // [MQTT-2.3.1-1]
  const body = new Body('unsubscribe').uint16(packetId)
  const filters = checkList(topicFilters, TOPIC_FILTERS, 'no-topic-filter', options, '§3.10.3') // [MQTT-3.10.3-2]
  for (const [index, filter] of filters.entries())
    body.prefixed(filter as string, checkTopicFilter(filter, TOPIC_FILTER, options, index))
  return body.end()
}
