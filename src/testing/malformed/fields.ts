// Violations in flags, packet identifiers, text and topics, which many packet types share.

import { CONTROL_PACKETS } from '../../packet-types.ts'
import { concat } from '../bytes.ts'
import type { RawPrefixed } from '../raw-field.ts'
import type { RawPacket } from '../raw-packet.ts'
import { utf8 } from '../utf8.ts'
import { ACKNOWLEDGEMENTS, VALID } from './packets.ts'
import { type Ingredients, pick, type Violation, violation } from './violation.ts'

const FLAGS: readonly Violation[] = [
  violation('invalid-qos', ({ topic, payload, turn }) => ({
    packet: { type: 'publish', flags: pick([0b0110, 0b0111, 0b1110, 0b1111], turn), topic, payload },
    at: 'Control Packet type',
    field: 'QoS level',
  })),
  violation('dup-with-qos-0', ({ topic, payload, turn }) => ({
    packet: { type: 'publish', flags: pick([0b1000, 0b1001], turn), topic, payload },
    at: 'Control Packet type',
    field: 'DUP flag',
  })),
  violation('reserved-flags', (of) => {
    const { packet, flags, rule } = pick(
      VALID.map((make) => withReservedFlags(make(of))).filter((reserved) => reserved !== undefined),
      of.way,
    )
    const others = Array.from({ length: 15 }, (_, index) => flags ^ (index + 1))
    return {
      packet: { ...packet, flags: pick(others, of.turn) },
      at: 'Control Packet type',
      field: 'Flags',
      rule,
    }
  }),
]

/** The packet with the flags that Table 2.2 reserves; undefined for PUBLISH. */
function withReservedFlags(
  packet: RawPacket,
): { packet: RawPacket; flags: number; rule: string } | undefined {
  const { flags, flagsRule } = CONTROL_PACKETS.find((entry) => entry?.name === packet.type)!
  return typeof flags === 'number' ? { packet, flags, rule: flagsRule } : undefined
}

const IDENTIFIERS: readonly Violation[] = [
  ...([...ACKNOWLEDGEMENTS, 'suback'] as const).map((type) =>
    violation('packet-identifier-zero', () => ({
      packet: { type, packetId: 0 },
      at: 'Packet Identifier',
      rule: '§2.3.1',
    })),
  ),
  violation('packet-identifier-zero', ({ topic, qos, payload }) => ({
    packet: { type: 'publish', topic, qos, packetId: 0, payload },
    at: 'Packet Identifier',
  })),
  violation('packet-identifier-zero', ({ topic }) => ({
    packet: { type: 'subscribe', packetId: 0, subscriptions: { topicFilter: topic } },
    at: 'Packet Identifier',
  })),
  violation('packet-identifier-zero', ({ topic }) => ({
    packet: { type: 'unsubscribe', packetId: 0, topicFilters: topic },
    at: 'Packet Identifier',
  })),
]

/** A text field: its name, and a packet with this content in it. */
type TextField = readonly [at: string, make: (content: RawPrefixed, of: Ingredients) => RawPacket]

const TOPIC_NAMES: readonly (readonly [...TextField, wildcardRule: string])[] = [
  ['Topic Name', (topic, { payload }) => ({ type: 'publish', topic, payload }), 'MQTT-3.3.2-2'],
  ['Will Topic', (topic, { payload }) => ({ type: 'connect', will: { topic, payload } }), 'MQTT-4.7.1-1'],
]

const TOPIC_FILTERS: readonly TextField[] = [
  [
    'Topic Filter',
    (topicFilter, { packetId, qos }) => ({
      type: 'subscribe',
      packetId,
      subscriptions: { topicFilter, qos },
    }),
  ],
  ['Topic Filter', (topicFilters, { packetId }) => ({ type: 'unsubscribe', packetId, topicFilters })],
]

const TEXTS: readonly TextField[] = [
  ...TOPIC_NAMES.map(([at, make]): TextField => [at, make]),
  ...TOPIC_FILTERS,
  ['Protocol Name', (protocolName) => ({ type: 'connect', protocolName })],
  ['Client Identifier', (clientId) => ({ type: 'connect', clientId })],
  ['User Name', (username, { text }) => ({ type: 'connect', clientId: text, username })],
]

// Sequences that Table 3-7 of the Unicode Standard does not allow: stray and missing continuation bytes, overlong forms,
// surrogates, and code points beyond U+10FFFF.
const ILL_FORMED = [
  ...[[0x80], [0xbf], [0xfe], [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98]],
  ...[
    [0xc0, 0x80],
    [0xc1, 0xbf],
    [0xe0, 0x80, 0x80],
    [0xe0, 0x9f, 0xbf],
    [0xf0, 0x8f, 0xbf, 0xbf],
  ],
  ...[
    [0xed, 0xa0, 0x80],
    [0xed, 0xbf, 0xbf],
    [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  ],
  ...[
    [0xf4, 0x90, 0x80, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  ],
]

/** Valid text, then invalid bytes, then valid text or nothing. */
function corrupted(of: Ingredients, by: readonly number[]): { content: Uint8Array; fromContent: number } {
  const before = utf8(of.topic)
  const after = of.turn % 2 === 1 ? utf8(of.topic) : new Uint8Array(0)
  return { content: concat([before, Uint8Array.from(by), after]), fromContent: before.length }
}

const TEXT: readonly Violation[] = TEXTS.flatMap(([at, make]) => [
  violation('ill-formed-utf8', (of) => {
    const { content, fromContent } = corrupted(of, pick(ILL_FORMED, of.way))
    return { packet: make(content, of), at, fromContent }
  }),
  violation('null-character', (of) => {
    const { content, fromContent } = corrupted(of, [0])
    return { packet: make(content, of), at, fromContent }
  }),
])

/** The characters that §1.5.3 lets a receiver refuse. */
const REFUSED = [
  ['control-character', 'control-characters', [0x01, 0x1f, 0x7f, 0x80, 0x9f]],
  ['non-character', 'non-characters', [0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x10ffff]],
] as const

const REFUSED_TEXT: readonly Violation[] = REFUSED.flatMap(([code, refusable, codePoints]) =>
  TEXTS.filter(([at]) => at !== 'Protocol Name').map(([at, make]) =>
    violation(code, (of) => {
      // No random text before it, which may contain such a character, too.
      const content = `x${String.fromCodePoint(pick(codePoints, of.way))}`
      const plain = { ...of, text: 'y', topic: 'z' }
      return { packet: make(content, plain), at, fromContent: 1, options: { refuse: [refusable] } }
    }),
  ),
)

// `*` stands for text without wildcards, and `!` precedes the misplaced wildcard.
const WILDCARDS = ['!#', '!+', '*!+', '*!#', '*/!+', '*/!#', '*/!+/*']
const MISPLACED_MULTI_LEVEL = ['*x!#', '!#x', '!#/*', '*/!#/', '*/!#/*', '*/x!#', '!##']
const MISPLACED_SINGLE_LEVEL = ['*x!+', '!+x', '!+x/*', '*/!+x/*', '*/x!+', '!++', '+/!++/#']

function fromPattern(pattern: string, text: string): { content: string; fromContent: number } {
  const [before = '', rest = ''] = pattern.split('!').map((part) => part.replaceAll('*', () => text))
  return { content: before + rest, fromContent: utf8(before).length }
}

/** The same violation in each of the fields, with one of the patterns. */
function patterned(
  code: Violation['code'],
  fields: readonly TextField[],
  patterns: readonly string[],
  rule?: string,
): Violation[] {
  return fields.map(([at, make]) =>
    violation(code, (of) => {
      const { content, fromContent } = fromPattern(pick(patterns, of.way), of.topic)
      return { packet: make(content, of), at, fromContent, ...(rule === undefined ? {} : { rule }) }
    }),
  )
}

const TOPICS: readonly Violation[] = [
  ...TOPIC_NAMES.flatMap(([at, make, rule]) => [
    violation('empty-topic-name', (of) => ({ packet: make('', of), at })),
    ...patterned('wildcard-in-topic-name', [[at, make]], WILDCARDS, rule),
  ]),
  ...TOPIC_FILTERS.map(([at, make]) =>
    violation('empty-topic-filter', (of) => ({ packet: make('', of), at })),
  ),
  ...patterned('misplaced-multi-level-wildcard', TOPIC_FILTERS, MISPLACED_MULTI_LEVEL),
  ...patterned('misplaced-single-level-wildcard', TOPIC_FILTERS, MISPLACED_SINGLE_LEVEL),
]

/** Violations in fields that many packet types share. */
export const FIELDS: readonly Violation[] = [...FLAGS, ...IDENTIFIERS, ...TEXT, ...REFUSED_TEXT, ...TOPICS]
