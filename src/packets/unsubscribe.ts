// UNSUBSCRIBE, §3.10.

import { readTopicFilter } from '../topic/read.ts'
import { topicFilterLength } from '../topic/write.ts'
import type { Reader } from '../wire/reader.ts'
import { checkList, checkPacketIdentifier, writeText, writeUint16 } from '../wire/writer.ts'

/** A client gives subscriptions up (§3.10). */
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

export function unsubscribeLength({ packetId, topicFilters }: UnsubscribeInput): number {
  checkPacketIdentifier(packetId, 'unsubscribe', 'MQTT-2.3.1-1') // [MQTT-2.3.1-1]
  checkList(topicFilters, 'unsubscribe', 'Topic Filter', 'no-topic-filter', 'MQTT-3.10.3-2') // [MQTT-3.10.3-2]
  let length = 2
  for (const topicFilter of topicFilters) length += topicFilterLength(topicFilter, 'unsubscribe')
  return length
}

export function writeUnsubscribe(target: Uint8Array, position: number, packet: UnsubscribeInput): number {
  let next = writeUint16(target, position, packet.packetId)
  for (const topicFilter of packet.topicFilters) next = writeText(target, next, topicFilter)
  return next
}
