// Violations in SUBSCRIBE, SUBACK and UNSUBSCRIBE, and of the receiver's limits for topics.

import type { RawPacket } from '../raw-packet.ts'
import { utf8 } from '../utf8.ts'
import { type Ingredients, pick, type Violation, violation } from './violation.ts'

const LISTS: readonly Violation[] = [
  violation('no-topic-filter', ({ packetId }) => ({
    packet: { type: 'subscribe', packetId, subscriptions: null },
    at: 'Topic Filter',
  })),
  violation('no-topic-filter', ({ packetId }) => ({
    packet: { type: 'unsubscribe', packetId, topicFilters: null },
    at: 'Topic Filter',
    rule: 'MQTT-3.10.3-2',
  })),
  violation('requested-qos-reserved-bits', ({ packetId, topic, qos, turn }) => ({
    packet: {
      type: 'subscribe',
      packetId,
      subscriptions: [{ topicFilter: topic }, { topicFilter: topic, qos: qos | ((1 + (turn % 63)) << 2) }],
    },
    at: 'Requested QoS',
    nth: 1,
  })),
  violation('invalid-qos', ({ packetId, topic, turn }) => ({
    packet: {
      type: 'subscribe',
      packetId,
      subscriptions: { topicFilter: topic, qos: 3 | ((turn % 64) << 2) },
    },
    at: 'Requested QoS',
    rule: 'MQTT-3-8.3-4',
  })),
  violation('no-return-code', ({ packetId }) => ({
    packet: { type: 'suback', packetId, returnCodes: null },
    at: 'Return Code',
  })),
  violation('reserved-suback-code', ({ packetId, qos, turn }) => {
    const reserved = [...Array(256).keys()].filter((code) => ![0, 1, 2, 0x80].includes(code))
    return {
      packet: { type: 'suback', packetId, returnCodes: [qos, pick(reserved, turn), 0x80] },
      at: 'Return Code',
      nth: 1,
    }
  }),
]

/** Packets with a topic: the name of the field, and the packet. */
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

const LIMITS: readonly Violation[] = [
  ...TOPICS.flatMap(([at, make]) => [
    violation('topic-too-long', (of) => ({
      packet: make(`x${of.topic}`, of),
      at,
      options: { maxTopicLength: utf8(of.topic).length },
    })),
    violation('too-many-topic-levels', (of) => {
      const levels = 1 + (of.turn % 8)
      const first = 'x/'.repeat(levels) // the last separator exceeds the limit
      return {
        packet: make(first + of.topic, of),
        at,
        fromContent: first.length - 1,
        options: { maxTopicLevels: levels },
      }
    }),
  ]),
  violation('too-many-topic-filters', ({ packetId, topic, turn }) => {
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
  violation('too-many-topic-filters', ({ packetId, topic, turn }) => {
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

/** Violations in lists of topic filters and return codes, and of a receiver's own limits. */
export const SUBSCRIPTIONS: readonly Violation[] = [...LISTS, ...LIMITS]
