// Options of a receiver: characters that it refuses, violations that it tolerates in some packet types, limits of lists.

import { connect, malformed, publish, type Section, valid, type Wrong } from './rows.ts'
import { TEXT_FIELDS } from './text-fields.ts'
import type { MalformedVector, ValidVector, VectorPacket } from './vectors.d.cts'

const NEITHER = { refuse: ['control-characters' as const, 'non-characters' as const] }
const NO_CONTROLS = { refuse: ['control-characters' as const] }
const NO_NON_CHARACTERS = { refuse: ['non-characters' as const] }

/** The first and last character of each range of §1.5.3. */
const CONTROLS = ['\u0001', '\u001F', '\u007F', '\u0080', '\u009F']
const NON_CHARACTERS = [
  '\uFDD0',
  '\uFDEF',
  '\uFFFE',
  '\uFFFF',
  '\u{1FFFE}',
  '\u{1FFFF}',
  '\u{10FFFE}',
  '\u{10FFFF}',
]
/** The characters next to the ranges, and U+FEFF. */
const ALLOWED = [
  '\u0020',
  '\u007E',
  '\u00A0',
  '\uFDCF',
  '\uFDF0',
  '\uFFFD',
  '\u{1FFFD}',
  '\u{20000}',
  '\uFEFF',
]

const name = (text: string): string => `U+${text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
const control = (field: string): Wrong => ['control-character', field]
const nonCharacter = (field: string): Wrong => ['non-character', field]

const [TOPIC_NAME] = TEXT_FIELDS.filter(({ field }) => field === 'Topic Name') as [
  (typeof TEXT_FIELDS)[number],
]

const refusedRows: readonly MalformedVector[] = [
  ...TEXT_FIELDS.flatMap(({ packetType, field, around }) => [
    malformed(`${packetType} ${field}: U+0007, refused`, around("'x' ^ 07 'y'"), control(field), {
      options: NEITHER,
    }),
    malformed(`${packetType} ${field}: U+FFFF, refused`, around("'é' ^ efbfbf 'y'"), nonCharacter(field), {
      options: NEITHER,
    }),
  ]),
  ...CONTROLS.map((text) =>
    malformed(
      `${name(text)}, where control characters are refused`,
      TOPIC_NAME.around(`'a' ^ '${text}'`),
      control('Topic Name'),
      {
        options: NO_CONTROLS,
      },
    ),
  ),
  ...NON_CHARACTERS.map((text) =>
    malformed(
      `${name(text)}, where non-characters are refused`,
      TOPIC_NAME.around(`'a' ^ '${text}'`),
      nonCharacter('Topic Name'),
      {
        options: NO_NON_CHARACTERS,
      },
    ),
  ),
  malformed(
    'CONNECT Protocol Name: U+0001, refused',
    "10 (^^ [^ 01 'MQTT'] 04 02 003c ['c'])",
    control('Protocol Name'),
    {
      options: NEITHER,
      further: [['unknown-protocol-name', 'Protocol Name']],
    },
  ),
  malformed(
    'U+0000 before a control character, both refused',
    TOPIC_NAME.around('^ 00 ^^ 01'),
    ['null-character', 'Topic Name'],
    {
      options: NEITHER,
      further: [control('Topic Name')],
    },
  ),
  ...(
    [
      ['U+0001', '01', control('Topic Name')],
      ['U+0085', 'c285', control('Topic Name')],
      ['U+FFFE', 'efbfbe', nonCharacter('Topic Name')],
      ['U+1FFFF', 'f09fbfbf', nonCharacter('Topic Name')],
    ] as const
  ).map(([character, hex, wrong]) =>
    malformed(
      `ill-formed UTF-8 before ${character}, which is refused`,
      TOPIC_NAME.around(`'é' ^ f09f98 c3 ^^ ${hex} 'y'`),
      ['ill-formed-utf8', 'Topic Name'],
      { options: NEITHER, further: [wrong] },
    ),
  ),
  malformed(
    'a control character before a wildcard',
    TOPIC_NAME.around("^ 01 ^^ '#'"),
    control('Topic Name'),
    {
      options: NEITHER,
      further: [['wildcard-in-topic-name', 'Topic Name']],
    },
  ),
]

const acceptedRows: readonly ValidVector[] = [
  ...ALLOWED.map((text) =>
    valid(
      `${name(text)}, where control characters and non-characters are refused`,
      TOPIC_NAME.around(`'a${text}b'`),
      publish({ topic: `a${text}b` }),
      '§1.5.3',
      {
        options: NEITHER,
      },
    ),
  ),
  valid(
    'a control character, where non-characters are refused',
    TOPIC_NAME.around("'a' 01"),
    publish({ topic: 'a\u0001' }),
    '§1.5.3',
    {
      options: NO_NON_CHARACTERS,
    },
  ),
  valid(
    'a non-character, where control characters are refused',
    TOPIC_NAME.around("'a\uFFFE'"),
    publish({ topic: 'a\uFFFE' }),
    '§1.5.3',
    {
      options: NO_CONTROLS,
    },
  ),
  valid(
    'control characters outside text fields: a payload',
    "30 (['a/b'] 0107)",
    publish({ payload: '0107' }),
    '§1.5.3',
    { options: NEITHER },
  ),
  valid(
    'control characters outside text fields: a password',
    "10 (['MQTT'] 04 c2 003c ['c'] ['u'] [0107])",
    connect({ username: 'u', password: '0107' }),
    '§1.5.3',
    {
      options: NEITHER,
    },
  ),
]

const pingreq: VectorPacket = { type: 'pingreq' }
const puback: VectorPacket = { type: 'puback', packetId: 7 }
const pubrec: VectorPacket = { type: 'pubrec', packetId: 7 }
const tolerating = (code: string, ...packets: string[]) => ({ tolerate: [{ code, packets }] })
const FLAGS = tolerating('reserved-flags', 'pingreq')
const SURPLUS = tolerating('surplus-bytes', 'puback', 'connect')
const ZERO = tolerating('packet-identifier-zero', 'subscribe')
// biome-ignore format: one row per packet
const toleratedRows: readonly ValidVector[] = [
  valid('PINGREQ with reserved flags, tolerated in PINGREQ', 'c1 ()', pingreq, 'MQTT-2.2.2-2', { options: FLAGS, readOnly: true }),
  valid('PUBACK: a byte too many, tolerated in PUBACK', '40 (0007 00)', puback, '§3.4.1', { options: SURPLUS, readOnly: true }),
  valid('CONNECT: a byte too many, tolerated in CONNECT', "10 (['MQTT'] 04 02 003c ['c'] 00)", connect(), '§2.2.3', { options: SURPLUS, readOnly: true }),
]

// biome-ignore format: one row per violation
const notToleratedRows: readonly MalformedVector[] = [
  malformed('DISCONNECT with reserved flags, tolerated in PINGREQ', '^ e1 ()', ['reserved-flags', 'Flags', 'MQTT-3.14.1-1'], { options: FLAGS, tolerated: { type: 'disconnect' } }),
  malformed('PUBREC: a byte too many, tolerated in PUBACK', '50 ^ (0007 00)', ['surplus-bytes', 'Remaining Length', '§3.5.1'], { options: SURPLUS, tolerated: pubrec }),
  malformed('PINGREQ: a byte too many, where its flags are tolerated', 'c0 ^ (00)', ['surplus-bytes', 'Remaining Length', '§3.12.1'], { options: FLAGS, tolerated: pingreq }),
  malformed('PUBACK: packet identifier 0, tolerated in SUBSCRIBE', '40 (^ 0000)', ['packet-identifier-zero', 'Packet Identifier', '§2.3.1'], { options: ZERO, tolerated: { type: 'puback', packetId: 0 } }),
  malformed('PUBLISH: packet identifier 0, tolerated in SUBSCRIBE', "32 (['a/b'] ^ 0000 'hi')", ['packet-identifier-zero', 'Packet Identifier'], { options: ZERO, tolerated: publish({ qos: 1, packetId: 0 }) }),
]

const suback: VectorPacket = { type: 'suback', packetId: 7, returnCodes: [0, 1] }
const MOST_2 = { maxTopicFilters: 2 }
const MOST_1 = { maxTopicFilters: 1 }

// biome-ignore format: one row per packet
export const receiver: Section = {
  valid: [
    ...acceptedRows,
    ...toleratedRows,
    valid('SUBACK: as many codes as the receiver accepts', '90 (0007 00 01)', suback, '§3.9.3', { options: MOST_2 }),
  ],
  malformed: [
    ...refusedRows,
    ...notToleratedRows,
    malformed('SUBACK: more codes than the receiver accepts', '90 (0007 00 01 ^ 02)', ['too-many-topic-filters', 'Return Code', '§3.9.3'], { options: MOST_2 }),
    malformed('SUBACK: a reserved code, and more codes than the receiver accepts', '90 (0007 00 ^ 03)', ['too-many-topic-filters', 'Return Code', '§3.9.3'], { options: MOST_1 }),
    malformed('SUBSCRIBE: more filters than the receiver accepts, the last one cut off', "82 (0007 ['a'] 01 ^ 00)", ['too-many-topic-filters', 'Topic Filter', '§3.8.3'], { options: MOST_1 }),
    malformed('UNSUBSCRIBE: more filters than the receiver accepts, the last one empty', "a2 (0007 ['a'] ^ [])", ['too-many-topic-filters', 'Topic Filter', '§3.10.3'], { options: MOST_1 }),
  ],
}
