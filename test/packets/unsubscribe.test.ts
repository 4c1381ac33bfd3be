import { describe } from 'vitest'
import type { Unsubscribe } from '../../src/index.ts'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const unsubscribe = (...topicFilters: string[]): Unsubscribe => ({
  type: 'unsubscribe',
  packetId: 10,
  topicFilters,
})

describe('UNSUBSCRIBE, §3.10', () => {
  testValid([
    { name: 'one topic filter', hex: "a2 07 000a 0003 'a/b'", packet: unsubscribe('a/b') },
    { name: 'two topic filters', hex: "a2 0c 000a 0003 '+/#' 0003 '度'", packet: unsubscribe('+/#', '度') },
  ])

  const row = { packetType: 'unsubscribe', field: 'Topic Filter' } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...row, name: 'no body', hex: 'a2 00', code: 'body-too-short', rule: '§3.10.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no topic filter', hex: 'a2 02 000a', code: 'no-topic-filter', rule: 'MQTT-3.10.3-2', offset: 4, tolerated: unsubscribe() },
    { ...row, name: 'packet identifier 0', hex: "a2 05 0000 0001 'a'", code: 'packet-identifier-zero', rule: 'MQTT-2.3.1-1', field: 'Packet Identifier', offset: 2, tolerated: { ...unsubscribe('a'), packetId: 0 } },
    { ...row, name: 'a byte after the list', hex: "a2 06 000a 0001 'a' 00", code: 'body-too-short', rule: '§2.2.3', offset: 7 },
    { ...row, name: 'a misplaced wildcard', hex: "a2 06 000a 0002 '#a'", code: 'misplaced-multi-level-wildcard', rule: 'MQTT-4.7.1-2', offset: 6, tolerated: unsubscribe('#a') },
    { ...row, name: 'wrong flags', hex: "a0 05 000a 0001 'a'", code: 'reserved-flags', rule: 'MQTT-3.10.1-1', field: 'Flags', offset: 0, tolerated: unsubscribe('a') },
    { ...row, name: 'more topic filters than we accept', hex: "a2 08 000a 0001 'a' 0001 'b'", code: 'too-many-topic-filters', rule: '§3.10.3', offset: 7, options: { maxTopicFilters: 1 } },
  ])

  const input = { type: 'unsubscribe', packetId: 1 }
  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no topic filters', packet: input, code: 'missing-field', field: 'Topic Filter' },
    { name: 'packet identifier 0', packet: { ...input, packetId: 0, topicFilters: ['a'] }, code: 'packet-identifier-zero', field: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
    { name: 'null for the packet identifier', packet: { ...input, packetId: null, topicFilters: ['a'] }, code: 'missing-field', field: 'Packet Identifier', rule: 'MQTT-2.3.1-1' },
    { name: 'an empty list', packet: { ...input, topicFilters: [] }, code: 'no-topic-filter', field: 'Topic Filter', rule: 'MQTT-3.10.3-2' },
    { name: 'a number in the list', packet: { ...input, topicFilters: [7] }, code: 'wrong-field-type', field: 'Topic Filter' },
    { name: 'a misplaced wildcard', packet: { ...input, topicFilters: ['a', 'b+'] }, code: 'misplaced-single-level-wildcard', field: 'Topic Filter', property: 'topicFilters[1]', says: "topicFilters[1] must have + only as an entire level, not 'b+'" },
    { name: "another library's name for the list", packet: { ...input, unsubscriptions: ['a'] }, code: 'unknown-field', property: 'unsubscriptions', says: 'use topicFilters' },
    { name: '65,536 topic filters', packet: { ...input, topicFilters: new Array(65_536).fill('a') }, code: 'too-many-topic-filters', field: 'Topic Filter', rule: '§3.10.3', property: 'topicFilters' },
  ])
})
