import { describe } from 'vitest'
import type { Subscribe } from '../../src/index.ts'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const subscribe = (...topicFilters: string[]): Subscribe => ({
  type: 'subscribe',
  packetId: 10,
  subscriptions: topicFilters.map((topicFilter) => ({ topicFilter, qos: 1 })),
})

describe('SUBSCRIBE, §3.8', () => {
  // biome-ignore format: one row per packet
  testValid([
    { name: 'one topic filter', hex: "82 08 000a 0003 'a/b' 01", packet: subscribe('a/b') },
    { name: 'QoS 0 by default', hex: "82 08 000a 0003 'a/b' 00", packet: { type: 'subscribe', packetId: 10, subscriptions: [{ topicFilter: 'a/b', qos: 0 }] }, input: { type: 'subscribe', packetId: 10, subscriptions: [{ topicFilter: 'a/b' }] } },
    { name: 'three topic filters', hex: "82 13 ffff 0003 'a/b' 00 0001 'c' 01 0004 'd/é' 02", packet: { type: 'subscribe', packetId: 65_535, subscriptions: [{ topicFilter: 'a/b', qos: 0 }, { topicFilter: 'c', qos: 1 }, { topicFilter: 'd/é', qos: 2 }] } },
    ...['#', '+', '/', '+/+', '+/a/#', 'a//#', '/+', '$SYS/#', ' ', '\uFEFF', '+/+/+/#'].map((topicFilter) => {
      const size = Buffer.byteLength(topicFilter)
      return { name: `the topic filter ${JSON.stringify(topicFilter)}`, hex: `82 ${(size + 5).toString(16).padStart(2, '0')} 000a ${size.toString(16).padStart(4, '0')} '${topicFilter}' 01`, packet: subscribe(topicFilter) }
    }),
  ])

  const row = { packetType: 'subscribe', field: 'Topic Filter' } as const
  const multi = { ...row, code: 'misplaced-multi-level-wildcard', rule: 'MQTT-4.7.1-2' } as const
  const single = { ...row, code: 'misplaced-single-level-wildcard', rule: 'MQTT-4.7.1-3' } as const
  const qos = { packetType: 'subscribe', field: 'Requested QoS' } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...row, name: 'no body', hex: '82 00', code: 'body-too-short', rule: '§3.8.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no topic filter', hex: '82 02 000a', code: 'no-topic-filter', rule: 'MQTT-3.8.3-3', offset: 4, tolerated: subscribe() },
    { ...row, name: 'half a length', hex: '82 03 000a 00', code: 'body-too-short', rule: '§2.2.3', offset: 4 },
    { ...row, name: 'a topic filter beyond the packet', hex: "82 07 000a 0003 'a/b'".replace('0003', '0004'), code: 'body-too-short', rule: '§2.2.3', offset: 4 },
    { ...qos, name: 'no requested QoS', hex: "82 07 000a 0003 'a/b'", code: 'body-too-short', rule: '§2.2.3', offset: 9 },
    { ...row, name: 'packet identifier 0', hex: "82 06 0000 0001 'a' 01", code: 'packet-identifier-zero', rule: 'MQTT-2.3.1-1', field: 'Packet Identifier', offset: 2, tolerated: { ...subscribe('a'), packetId: 0 } },
    { ...row, name: 'an empty topic filter', hex: '82 05 000a 0000 01', code: 'empty-topic-filter', rule: 'MQTT-4.7.3-1', offset: 4, tolerated: subscribe('') },
    { ...multi, name: '# after a character', hex: "82 07 000a 0002 'a#' 01", offset: 7, tolerated: subscribe('a#') },
    { ...multi, name: '# before a level', hex: "82 08 000a 0003 '#/a' 01", offset: 6, tolerated: subscribe('#/a') },
    { ...multi, name: '# and a character', hex: "82 08 000a 0003 '/#a' 01", offset: 7, tolerated: subscribe('/#a') },
    { ...single, name: '+ after a character', hex: "82 07 000a 0002 'a+' 01", offset: 7, tolerated: subscribe('a+') },
    { ...single, name: '+ before a character', hex: "82 08 000a 0003 '/+a' 01", offset: 7, tolerated: subscribe('/+a') },
    { ...single, name: 'two +', hex: "82 07 000a 0002 '++' 01", offset: 6, tolerated: subscribe('++') },
    { ...row, name: 'U+0000', hex: '82 06 000a 0001 00 01', code: 'null-character', rule: 'MQTT-1.5.3-2', offset: 6, tolerated: subscribe('\0') },
    { ...row, name: 'beyond U+10FFFF', hex: '82 09 000a 0004 f4908080 01', code: 'ill-formed-utf8', rule: 'MQTT-1.5.3-1', offset: 6, tolerated: subscribe('\uFFFD\uFFFD\uFFFD\uFFFD') },
    { ...row, name: 'a second topic filter that is bad', hex: "82 0b 000a 0001 'a' 01 0002 'a+' 01", code: 'misplaced-single-level-wildcard', rule: 'MQTT-4.7.1-3', offset: 11, tolerated: subscribe('a', 'a+') },
    { ...qos, name: 'QoS 3', hex: "82 06 000a 0001 'a' 03", code: 'invalid-qos', rule: 'MQTT-3-8.3-4', offset: 7 },
    { ...qos, name: 'QoS 3 in a byte that would be a wildcard', hex: "82 06 000a 0001 '+' 23", code: 'invalid-qos', rule: 'MQTT-3-8.3-4', offset: 7 },
    ...[0x04, 0x08, 0x10, 0x20, 0x40, 0x80].map((bit) => ({ ...qos, name: `reserved bit ${bit}`, hex: `82 06 000a 0001 'a' ${(bit | 1).toString(16).padStart(2, '0')}`, code: 'requested-qos-reserved-bits' as const, rule: 'MQTT-3-8.3-4', offset: 7, tolerated: subscribe('a') })),
    { ...row, name: 'wrong flags', hex: "80 06 000a 0001 'a' 01", code: 'reserved-flags', rule: 'MQTT-3.8.1-1', field: 'Flags', offset: 0, tolerated: subscribe('a') },
    { ...row, name: 'more topic filters than we accept', hex: "82 0a 000a 0001 'a' 01 0001 'b' 01", code: 'too-many-topic-filters', rule: '§3.8.3', offset: 8, options: { maxTopicFilters: 1 } },
    { ...row, name: 'a topic filter that is longer than we accept', hex: "82 06 000a 0001 'a' 01".replace("06 000a 0001 'a'", "08 000a 0003 'a/b'"), code: 'topic-too-long', rule: '§4.7.3', offset: 4, options: { maxTopicLength: 2 } },
  ])

  const input = { type: 'subscribe', packetId: 1 }
  const filter = (topicFilter: unknown, requested: unknown = 0): object => ({
    ...input,
    subscriptions: [{ topicFilter, qos: requested }],
  })
  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no subscriptions', packet: input, code: 'missing-field', field: 'Topic Filter' },
    { name: 'an empty list', packet: { ...input, subscriptions: [] }, code: 'no-topic-filter', field: 'Topic Filter', rule: 'MQTT-3.8.3-3' },
    { name: 'text for the list', packet: { ...input, subscriptions: 'a' }, code: 'wrong-field-type', field: 'Topic Filter' },
    { name: 'text in the list', packet: { ...input, subscriptions: ['a'] }, code: 'wrong-field-type', field: 'Topic Filter' },
    { name: 'null in the list', property: 'subscriptions[0]', packet: { ...input, subscriptions: [null] }, code: 'missing-field', field: 'Topic Filter' },
    { name: 'a hole in the list', packet: { ...input, subscriptions: new Array(1) }, code: 'missing-field', field: 'Topic Filter' },
    { name: 'no topic filter', packet: filter(undefined), code: 'missing-field', field: 'Topic Filter' },
    { name: 'an empty topic filter', packet: filter(''), code: 'empty-topic-filter', field: 'Topic Filter' },
    { name: 'a misplaced #', property: 'subscriptions[0].topicFilter', says: "subscriptions[0].topicFilter must have # only as its entire last level, not '#/a'", packet: filter('#/a'), code: 'misplaced-multi-level-wildcard', field: 'Topic Filter' },
    { name: 'a misplaced +', packet: filter('a+'), code: 'misplaced-single-level-wildcard', field: 'Topic Filter' },
    { name: 'U+0000', packet: filter('\0'), code: 'null-character', field: 'Topic Filter' },
    { name: 'QoS 3', property: 'subscriptions[0].qos', packet: filter('a', 3), code: 'invalid-qos', field: 'Requested QoS', rule: 'MQTT-3-8.3-4' },
    { name: 'QoS as text', packet: filter('a', '1'), code: 'wrong-field-type', field: 'Requested QoS' },
    { name: 'packet identifier 0', packet: { ...filter('a'), packetId: 0 }, code: 'packet-identifier-zero', field: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
    { name: 'no packet identifier', packet: { ...filter('a'), packetId: undefined }, code: 'missing-field', field: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
    { name: 'a topic filter under another name', packet: { ...input, subscriptions: [{ topicFilter: 'a' }, { topic: 'b', qos: 0 }] }, code: 'unknown-field', property: 'subscriptions[1].topic', says: 'SUBSCRIBE subscriptions[1].topic is an unknown field; use topicFilter' },
    { name: "MQTT 5's options", packet: { ...input, subscriptions: [{ topicFilter: 'a', nl: true }] }, code: 'unknown-field', property: 'subscriptions[0].nl', says: 'only MQTT 5 has it' },
    { name: '65,536 subscriptions', packet: { ...input, subscriptions: new Array(65_536).fill({ topicFilter: 'a' }) }, code: 'too-many-topic-filters', field: 'Topic Filter', rule: '§3.8.3', property: 'subscriptions' },
  ])
})
