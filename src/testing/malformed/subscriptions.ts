// SUBSCRIBE, SUBACK and UNSUBSCRIBE, and the limits that a receiver may set to topics.

import type { RawPacket } from '../raw-packet.ts'
import { utf8 } from '../utf8.ts'
import { type Breach, breach, type Ingredients, pick } from './breach.ts'

const LISTS: readonly Breach[] = [
  breach('no-topic-filter', ({ packetId }) => ({
    packet: { type: 'subscribe', packetId, subscriptions: null },
    at: 'Topic Filter',
  })),
  breach('no-topic-filter', ({ packetId }) => ({
    packet: { type: 'unsubscribe', packetId, topicFilters: null },
    at: 'Topic Filter',
    rule: 'MQTT-3.10.3-2',
  })),
  breach('requested-qos-reserved-bits', ({ packetId, topic, qos, turn }) => ({
    packet: {
      type: 'subscribe',
      packetId,
      subscriptions: [{ topicFilter: topic }, { topicFilter: topic, qos: qos | ((1 + (turn % 63)) << 2) }],
    },
    at: 'Requested QoS',
    nth: 1,
  })),
  breach('invalid-qos', ({ packetId, topic, turn }) => ({
    packet: {
      type: 'subscribe',
      packetId,
      subscriptions: { topicFilter: topic, qos: 3 | ((turn % 64) << 2) },
    },
    at: 'Requested QoS',
    rule: 'MQTT-3-8.3-4',
  })),
  breach('no-return-code', ({ packetId }) => ({
    packet: { type: 'suback', packetId, returnCodes: null },
    at: 'Return Code',
  })),
  breach('reserved-suback-code', ({ packetId, qos, turn }) => {
    const reserved = [...Array(256).keys()].filter((code) => ![0, 1, 2, 0x80].includes(code))
    return {
      packet: { type: 'suback', packetId, returnCodes: [qos, pick(reserved, turn), 0x80] },
      at: 'Return Code',
      nth: 1,
    }
  }),
]

/** Packets with a topic: the field's name, and the packet. */
const TOPICS: readonly (readonly [at: string, make: (topic: string, of: Ingredients) => RawPacket])[] = [
  ['Topic Name', (topic, { payload }) => ({ type: 'publish', topic, payload })],
  ['Will Topic', (topic, { payload }) => ({ type: 'connect', will: { topic, payload } })],
  [
    'Topic Filter',
    (topicFilter, { packetId }) => ({ type: 'subscribe', packetId, subscriptions: { topicFilter } }),
  ],
  [
    'Topic Filter',
    (topicFilter, { packetId }) => ({ type: 'unsubscribe', packetId, topicFilters: topicFilter }),
  ],
]

const LIMITS: readonly Breach[] = [
  ...TOPICS.flatMap(([at, make]) => [
    breach('topic-too-long', (of) => ({
      packet: make(`x${of.topic}`, of),
      at,
      options: { maxTopicLength: utf8(of.topic).length },
    })),
    breach('too-many-topic-levels', (of) => {
      const levels = 1 + (of.turn % 8)
      const first = 'x/'.repeat(levels) // the last of these separators is one too many
      return {
        packet: make(first + of.topic, of),
        at,
        fromContent: first.length - 1,
        options: { maxTopicLevels: levels },
      }
    }),
  ]),
  breach('too-many-topic-filters', ({ packetId, topic, turn }) => {
    const most = 1 + (turn % 4)
    return {
      packet: {
        type: 'subscribe',
        packetId,
        subscriptions: Array.from({ length: most + 1 }, () => ({ topicFilter: topic })),
      },
      at: 'Topic Filter',
      nth: most,
      options: { maxTopicFilters: most },
    }
  }),
  breach('too-many-topic-filters', ({ packetId, topic, turn }) => {
    const most = 1 + (turn % 4)
    return {
      packet: { type: 'unsubscribe', packetId, topicFilters: Array.from({ length: most + 1 }, () => topic) },
      at: 'Topic Filter',
      nth: most,
      rule: '§3.10.3',
      options: { maxTopicFilters: most },
    }
  }),
]

/** How to break lists of topic filters and return codes, and a receiver's own limits. */
export const SUBSCRIPTIONS: readonly Breach[] = [...LISTS, ...LIMITS]
