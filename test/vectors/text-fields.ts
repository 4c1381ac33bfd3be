// The text fields, each with a notation for the rest of its packet.

import { connect, hexOf, publish } from './rows.ts'
import type { VectorPacket } from './vectors.d.cts'

export interface TextField {
  readonly packetType: string
  readonly field: string
  /** The statement that makes this field UTF-8 text. */
  readonly rule: string
  /** Other statements that forbid U+0000 in it. */
  readonly noNull?: readonly string[]
  /** The notation of the packet with the notation `content` in the field. */
  around(content: string): string
  packet(text: string): VectorPacket
}

export const START = "['MQTT'] 04"
const WILL = { topic: 'w', payload: hexOf('bye'), qos: 0, retain: false } as const

export const TEXT_FIELDS: readonly TextField[] = [
  {
    packetType: 'CONNECT',
    field: 'Client Identifier',
    rule: 'MQTT-3.1.3-4',
    around: (content) => `10 (${START} 02 003c [${content}])`,
    packet: (clientId) => connect({ clientId }),
  },
  {
    packetType: 'CONNECT',
    field: 'Will Topic',
    rule: 'MQTT-3.1.3-10',
    noNull: ['MQTT-4.7.3-2'],
    around: (content) => `10 (${START} 06 003c ['c'] [${content}] ['bye'])`,
    packet: (topic) => connect({ will: { ...WILL, topic } }),
  },
  {
    packetType: 'CONNECT',
    field: 'User Name',
    rule: 'MQTT-3.1.3-11',
    around: (content) => `10 (${START} 82 003c ['c'] [${content}])`,
    packet: (username) => connect({ username }),
  },
  {
    packetType: 'PUBLISH',
    field: 'Topic Name',
    rule: 'MQTT-3.3.2-1',
    noNull: ['MQTT-4.7.3-2'],
    around: (content) => `30 ([${content}] 'hi')`,
    packet: (topic) => publish({ topic }),
  },
  {
    packetType: 'SUBSCRIBE',
    field: 'Topic Filter',
    rule: 'MQTT-3.8.3-1',
    noNull: ['MQTT-4.7.3-2'],
    around: (content) => `82 (0001 [${content}] 01)`,
    packet: (topicFilter) => ({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter, qos: 1 }] }),
  },
  {
    packetType: 'UNSUBSCRIBE',
    field: 'Topic Filter',
    rule: 'MQTT-3.10.3-1',
    noNull: ['MQTT-4.7.3-2'],
    around: (content) => `a2 (0001 [${content}])`,
    packet: (topicFilter) => ({ type: 'unsubscribe', packetId: 1, topicFilters: [topicFilter] }),
  },
]
