// §3.8 and §3.10, SUBSCRIBE and UNSUBSCRIBE, and the topic filters of §4.7 in both.

import { hexByte, lengthTooShort, malformed, type Section, valid, type Wrong } from './rows.ts'
import type { MalformedVector, ValidVector, VectorPacket } from './vectors.d.cts'

interface Kind {
  readonly name: string
  readonly first: string
  /** The notation of the bytes after each topic filter. */
  readonly after: string
  readonly noFilter: string
  readonly section: string
  packet(topicFilters: readonly string[], packetId?: number): VectorPacket
}

const KINDS: readonly Kind[] = [
  {
    name: 'SUBSCRIBE',
    first: '82',
    after: '01',
    noFilter: 'MQTT-3.8.3-3',
    section: '§3.8.3',
    packet: (topicFilters, packetId = 7) => ({
      type: 'subscribe',
      packetId,
      subscriptions: topicFilters.map((topicFilter) => ({ topicFilter, qos: 1 })),
    }),
  },
  {
    name: 'UNSUBSCRIBE',
    first: 'a2',
    after: '',
    noFilter: 'MQTT-3.10.3-2',
    section: '§3.10.3',
    packet: (topicFilters, packetId = 7) => ({
      type: 'unsubscribe',
      packetId,
      topicFilters: [...topicFilters],
    }),
  },
]

const FILTERS = [
  '#',
  '+',
  '/',
  '//',
  '/#',
  '+/+',
  '/+',
  '+/',
  'a/#',
  'a/+',
  'a/+/b',
  '+/a/#',
  '+/+/#',
  'sport/tennis/player1/#',
  '$SYS/#',
  '$SYS/+',
  ' ',
  'a b/#',
]

/** Filters, and the misplaced wildcards in each with their positions. */
const MISPLACED: readonly (readonly [filter: string, ...at: (readonly ['#' | '+', number])[]])[] = [
  ['a#', ['#', 1]],
  ['#a', ['#', 0]],
  ['#/', ['#', 0]],
  ['#/a', ['#', 0]],
  ['a/#/b', ['#', 2]],
  ['a/b#', ['#', 3]],
  ['##', ['#', 0]],
  ['sport/tennis#', ['#', 12]],
  ['sport/tennis/#/ranking', ['#', 13]],
  ['a+', ['+', 1]],
  ['+a', ['+', 0]],
  ['a/+b', ['+', 2]],
  ['a/b+', ['+', 3]],
  ['a/b+/c', ['+', 3]],
  ['++', ['+', 0]],
  ['sport+', ['+', 5]],
  ['+#', ['+', 0], ['#', 1]],
  ['#+', ['#', 0], ['+', 1]],
  ['a+/b#', ['+', 1], ['#', 4]],
]

const WRONG: Readonly<Record<'#' | '+', Wrong>> = {
  '#': ['misplaced-multi-level-wildcard', 'Topic Filter'],
  '+': ['misplaced-single-level-wildcard', 'Topic Filter'],
}
const FILTER_TOO_SHORT: Wrong = ['body-too-short', 'Topic Filter']
const ZERO: Wrong = ['packet-identifier-zero', 'Packet Identifier']
const EMPTY: Wrong = ['empty-topic-filter', 'Topic Filter']
const LONGEST = 65_535

// biome-ignore format: one row per packet
function validRows({ name, first, after, packet, noFilter, section }: Kind): ValidVector[] {
  return [
    ...FILTERS.map((filter) =>
      valid(`${name} "${filter}"`, `${first} (0007 ['${filter}'] ${after})`, packet([filter]), '§4.7.1', { also: ['MQTT-4.7.1-2', 'MQTT-4.7.1-3', 'MQTT-4.7.3-1'] })),
    valid(`${name}: packet identifier 1`, `${first} (0001 ['a'] ${after})`, packet(['a'], 1), 'MQTT-2.3.1-1'),
    valid(`${name}: packet identifier 65,535`, `${first} (ffff ['a'] ${after})`, packet(['a'], 65_535), 'MQTT-2.3.1-1'),
    valid(`${name}: three filters`, `${first} (0007 ['a'] ${after} ['b/#'] ${after} ['a'] ${after})`, packet(['a', 'b/#', 'a']), noFilter, { also: [section] }),
    valid(`${name}: a filter of 65,535 bytes`, `${first} (0007 ['f'*${LONGEST}] ${after})`, packet(['f'.repeat(LONGEST)]), 'MQTT-4.7.3-3'),
  ]
}

// biome-ignore format: one row per violation
function malformedRows({ name, first, after, packet, noFilter, section }: Kind): MalformedVector[] {
  const tooShort = lengthTooShort(packet([]).type)
  return [
    ...MISPLACED.map(([filter, ...wildcards]) => {
      const marked = wildcards.reduceRight((text, [, at], index) => `${text.slice(0, at)}' ${'^'.repeat(index + 1)} '${text.slice(at)}`, filter)
      const [wrong, ...further] = wildcards.map(([wildcard]) => WRONG[wildcard])
      return malformed(`${name} "${filter}"`, `${first} (0007 ['${marked}'] ${after})`, wrong!, { also: ['§4.7.1'], ...(further.length > 0 && { further }), tolerated: packet([filter]) })
    }),
    malformed(`${name}: no body`, `${first} ^ ()`, tooShort),
    malformed(`${name}: half a packet identifier`, `${first} ^ (00)`, tooShort),
    malformed(`${name}: packet identifier 0`, `${first} (^ 0000 ['a'] ${after})`, ZERO, { tolerated: packet(['a'], 0) }),
    malformed(`${name}: no filter`, `${first} (0007 ^)`, ['no-topic-filter', 'Topic Filter', noFilter], { also: [section], tolerated: packet([]) }),
    malformed(`${name}: packet identifier 0, and no filter`, `${first} (^ 0000 ^^)`, ZERO, { further: [['no-topic-filter', 'Topic Filter', noFilter]], tolerated: packet([], 0) }),
    malformed(`${name}: half a length`, `${first} (0007 ^ 00)`, FILTER_TOO_SHORT),
    malformed(`${name}: half a length after a filter`, `${first} (0007 ['a'] ${after} ^ 00)`, FILTER_TOO_SHORT),
    malformed(`${name}: a filter one byte longer than the packet`, `${first} (0007 ^ [+${1 + after.length / 2} 'a'] ${after})`, FILTER_TOO_SHORT),
    malformed(`${name}: a filter of 65,535 bytes announced`, `${first} (0007 ^ ffff 'a' ${after})`, FILTER_TOO_SHORT),
    malformed(`${name}: an empty filter`, `${first} (0007 ^ [] ${after})`, EMPTY, { tolerated: packet(['']) }),
    malformed(`${name}: an empty filter after a valid one`, `${first} (0007 ['a'] ${after} ^ [] ${after})`, EMPTY, { tolerated: packet(['a', '']) }),
    malformed(`${name}: two empty filters`, `${first} (0007 ^ [] ${after} ^^ [] ${after})`, EMPTY, { further: [EMPTY], tolerated: packet(['', '']) }),
    malformed(`${name}: more filters than the receiver accepts`, `${first} (0007 ['a'] ${after} ['b'] ${after} ^ ['c'] ${after})`, ['too-many-topic-filters', 'Topic Filter', section], { options: { maxTopicFilters: 2 } }),
  ]
}

/** §3.8.3: the byte after each topic filter of SUBSCRIBE. */
const REQUESTED_QOS: Wrong = ['requested-qos-reserved-bits', 'Requested QoS']
const [SUBSCRIBE] = KINDS as readonly [Kind]
const requesting = (qos: 0 | 1 | 2): VectorPacket => ({
  type: 'subscribe',
  packetId: 7,
  subscriptions: [{ topicFilter: 'a', qos }],
})

// biome-ignore format: one row per packet
export const subscriptions: Section = {
  valid: [
    ...KINDS.flatMap(validRows),
    ...([0, 1, 2] as const).map((qos) => valid(`SUBSCRIBE Requested QoS ${qos}`, `82 (0007 ['a'] ${hexByte(qos)})`, requesting(qos), 'MQTT-3-8.3-4')),
    ...KINDS.map(({ name, first, after, packet }) =>
      valid(`${name}: as many filters as the receiver accepts`, `${first} (0007 ['a'] ${after} ['b'] ${after})`, packet(['a', 'b']), '§4.7', { options: { maxTopicFilters: 2 } })),
  ],
  malformed: [
    ...KINDS.flatMap(malformedRows),
    ...[2, 3, 4, 5, 6, 7].map((bit) =>
      malformed(`SUBSCRIBE Requested QoS: reserved bit ${bit}`, `82 (0007 ['a'] ^ ${hexByte((1 << bit) | 1)})`, REQUESTED_QOS, { tolerated: requesting(1) })),
    malformed('SUBSCRIBE Requested QoS 3', "82 (0007 ['a'] ^ 03)", ['invalid-qos', 'Requested QoS', 'MQTT-3-8.3-4']),
    malformed('SUBSCRIBE Requested QoS 3 and reserved bits', "82 (0007 ['a'] ^ ff)", ['invalid-qos', 'Requested QoS', 'MQTT-3-8.3-4']),
    malformed('SUBSCRIBE: no Requested QoS', "82 (0007 ['a'] ^)", ['body-too-short', 'Requested QoS']),
    malformed('SUBSCRIBE: a filter one byte too short', "82 (0007 [-1 'a' ^ 'b'] ^^ 01)", REQUESTED_QOS, { further: [FILTER_TOO_SHORT], also: ['§1.5.3'] }),
    malformed('SUBSCRIBE: packet identifier 0, an invalid filter and reserved QoS bits', "82 (^ 0000 ['a' ^^ '#'] ^^^ 05)", ZERO, {
      further: [WRONG['#'], REQUESTED_QOS],
      tolerated: SUBSCRIBE.packet(['a#'], 0),
    }),
    malformed('UNSUBSCRIBE: a filter one byte too short', "a2 (0007 [-1 'a' ^ 'b'])", FILTER_TOO_SHORT),
  ],
}
