// §3.1, CONNECT.

import {
  connect,
  hexByte,
  hexOf,
  lengthTooShort,
  malformed,
  type Section,
  valid,
  type Wrong,
} from './rows.ts'
import { START } from './text-fields.ts'
import type { MalformedVector, ValidVector, VectorPacket } from './vectors.d.cts'

const WILL = { topic: 'will', payload: hexOf('bye'), qos: 0, retain: false } as const
const WILL_TOPIC = "['will']"
const WILL_MESSAGE = "['bye']"
const CLIENT_IDENTIFIER = "['c']"
const USER_NAME = "['user']"
const PASSWORD = "['pass']"

/** The violations in a Connect Flags byte, from its lowest bit up. All of them have the offset of this byte. */
function wrongFlags(flags: number): Wrong[] {
  const has = (bits: number): boolean => (flags & bits) !== 0
  const wrong: Wrong[] = []
  if (has(0x01)) wrong.push(['connect-reserved-flag', 'Reserved'])
  if (!has(0x04) && has(0x18)) wrong.push(['will-qos-without-will', 'Will QoS'])
  if (!has(0x04) && has(0x20)) wrong.push(['will-retain-without-will', 'Will Retain'])
  if (has(0x04) && (flags & 0x18) === 0x18) return [...wrong, ['invalid-qos', 'Will QoS', 'MQTT-3.1.2-14']]
  if (has(0x40) && !has(0x80)) wrong.push(['password-without-username', 'Password Flag'])
  return wrong
}

/** The statements about a Connect Flags byte. */
const flagRules = (flags: number): string[] => [
  'MQTT-3.1.3-1',
  ...((flags & 0x04) !== 0 ? ['MQTT-3.1.2-9', 'MQTT-3.1.2-14'] : ['MQTT-3.1.2-11']),
  (flags & 0x80) !== 0 ? 'MQTT-3.1.2-19' : 'MQTT-3.1.2-18',
  (flags & 0x40) !== 0 ? 'MQTT-3.1.2-21' : 'MQTT-3.1.2-20',
]

/** §3.1.2.3: all 256 Connect Flags bytes, each followed by the fields that it announces. */
function flagsRow(flags: number): ValidVector | MalformedVector {
  const will = (flags & 0x04) !== 0
  const username = (flags & 0x80) !== 0
  const password = (flags & 0x40) !== 0
  const payload = [
    "['c']",
    will && `${WILL_TOPIC} ${WILL_MESSAGE}`,
    username && "['u']",
    password && "['pw']",
  ]
  const packet = connect({
    cleanSession: (flags & 0x02) !== 0,
    ...(will && { will: { ...WILL, qos: ((flags >> 3) & 3) as 0 | 1 | 2, retain: (flags & 0x20) !== 0 } }),
    ...(username && { username: 'u' }),
    ...(password && { password: hexOf('pw') }),
  })
  const name = `CONNECT Connect Flags ${hexByte(flags)}`
  const [first, ...further] = wrongFlags(flags)
  const marks = [first, ...further].map((_, index) => '^'.repeat(index + 1)).join(' ')
  const notation = `10 (${START} ${marks} ${hexByte(flags)} 003c ${payload.filter(Boolean).join(' ')})`
  if (first === undefined) return valid(name, notation, packet, '§3.1.2.3', { also: flagRules(flags) })
  const isReadable = ![first, ...further].some(([code]) => code === 'invalid-qos')
  return malformed(name, notation, first, {
    also: flagRules(flags),
    ...(further.length > 0 && { further }),
    ...(isReadable && { tolerated: packet }),
  })
}

const flagsRows = Array.from({ length: 256 }, (_, flags) => flagsRow(flags))
const isMalformed = (row: ValidVector | MalformedVector): row is MalformedVector => 'code' in row

const old = { protocols: ['3.1' as const] }
const bridge = { protocols: ['3.1.1' as const, 'bridge' as const] }
const OLD: { protocolName: 'MQIsdp'; protocolLevel: 3 } = { protocolName: 'MQIsdp', protocolLevel: 3 }
const EVERYTHING: VectorPacket = connect({ will: WILL, username: 'user', password: hexOf('pass') })
const PARTS = [START, 'c6', '003c', CLIENT_IDENTIFIER, WILL_TOPIC, WILL_MESSAGE, USER_NAME, PASSWORD]
const LONGEST = "'x'*65535"

/** A CONNECT with all fields, some of which can be replaced. */
const withParts = (replacements: Readonly<Record<string, string>> = {}): string =>
  `10 (${PARTS.map((part) => replacements[part] ?? part).join(' ')})`

const LEVEL: Wrong = ['unsupported-protocol-level', 'Protocol Level']
const tooShort = (field: string): Wrong => ['body-too-short', field]
const nullIn = (field: string): Wrong => ['null-character', field]
const SURPLUS: Wrong = ['surplus-bytes']
const LENGTH_TOO_SHORT = lengthTooShort('connect')

// biome-ignore format: one row per packet
const validRows: readonly ValidVector[] = [
  valid('CONNECT: minimal', `10 (${START} 02 0000 [])`, connect({ clientId: '', keepAlive: 0 }), 'MQTT-3.1.3-7'),
  valid('CONNECT: all fields', withParts(), EVERYTHING, 'MQTT-3.1.3-1', { also: ['MQTT-3.1.2-1', 'MQTT-3.1.2-2', 'MQTT-3.1.3-3', 'MQTT-3.1.2-9', 'MQTT-3.1.2-19', 'MQTT-3.1.2-21'] }),
  valid('CONNECT Keep Alive: 0, off', `10 (${START} 02 0000 ['c'])`, connect({ keepAlive: 0 }), '§3.1.2.10'),
  valid('CONNECT Keep Alive: 1', `10 (${START} 02 0001 ['c'])`, connect({ keepAlive: 1 }), '§3.1.2.10'),
  valid('CONNECT Keep Alive: 256, the most significant byte first', `10 (${START} 02 0100 ['c'])`, connect({ keepAlive: 256 }), '§1.5.2'),
  valid('CONNECT Keep Alive: 65,535', `10 (${START} 02 ffff ['c'])`, connect({ keepAlive: 65_535 }), '§3.1.2.10'),
  valid('CONNECT Client Identifier: empty, clean session 1', `10 (${START} 02 003c [])`, connect({ clientId: '' }), 'MQTT-3.1.3-7', { also: ['MQTT-3.1.3-8'] }),
  valid('CONNECT Client Identifier: one character', `10 (${START} 00 003c ['7'])`, connect({ clientId: '7', cleanSession: false }), 'MQTT-3.1.3-5'),
  valid('CONNECT Client Identifier: 23 characters, the maximum that every server must allow', `10 (${START} 02 003c ['0123456789abcdefghijklm'])`, connect({ clientId: '0123456789abcdefghijklm' }), 'MQTT-3.1.3-5'),
  valid('CONNECT Client Identifier: the other letters', `10 (${START} 02 003c ['nopqrstuvwxyzABCDEFGHIJ'])`, connect({ clientId: 'nopqrstuvwxyzABCDEFGHIJ' }), 'MQTT-3.1.3-5'),
  valid('CONNECT Client Identifier: the last letters', `10 (${START} 02 003c ['KLMNOPQRSTUVWXYZ'])`, connect({ clientId: 'KLMNOPQRSTUVWXYZ' }), 'MQTT-3.1.3-5'),
  valid('CONNECT Client Identifier: 24 characters', `10 (${START} 02 003c ['0123456789abcdefghijklmn'])`, connect({ clientId: '0123456789abcdefghijklmn' }), 'MQTT-3.1.3-5'),
  valid('CONNECT Client Identifier: 65,535 bytes', `10 (${START} 02 003c [${LONGEST}])`, connect({ clientId: 'x'.repeat(65_535) }), '§1.5.3', { also: ['MQTT-3.1.3-4'] }),
  valid('CONNECT Will Topic: 65,535 bytes', `10 (${START} 06 003c ['c'] [${LONGEST}] [])`, connect({ will: { ...WILL, topic: 'x'.repeat(65_535), payload: '' } }), 'MQTT-4.7.3-3', { also: ['MQTT-3.1.3-10'] }),
  valid('CONNECT Will Topic: one character', `10 (${START} 06 003c ['c'] ['/'] ['bye'])`, connect({ will: { ...WILL, topic: '/' } }), 'MQTT-4.7.3-1', { also: ['MQTT-4.7.1-1'] }),
  valid('CONNECT Will Message: empty', `10 (${START} 06 003c ['c'] ['will'] [])`, connect({ will: { ...WILL, payload: '' } }), '§3.1.3.3'),
  valid('CONNECT Will Message: any bytes', `10 (${START} 06 003c ['c'] ['will'] [00ffc0af])`, connect({ will: { ...WILL, payload: '00ffc0af' } }), '§3.1.3.3'),
  valid('CONNECT Will Message: 65,535 bytes', `10 (${START} 06 003c ['c'] ['will'] [${LONGEST}])`, connect({ will: { ...WILL, payload: '78'.repeat(65_535) } }), '§3.1.3.3'),
  valid('CONNECT User Name: empty', `10 (${START} 82 003c ['c'] [])`, connect({ username: '' }), 'MQTT-3.1.2-19'),
  valid('CONNECT User Name: 65,535 bytes', `10 (${START} 82 003c ['c'] [${LONGEST}])`, connect({ username: 'x'.repeat(65_535) }), '§1.5.3', { also: ['MQTT-3.1.3-11'] }),
  valid('CONNECT Password: empty', `10 (${START} c2 003c ['c'] ['u'] [])`, connect({ username: 'u', password: '' }), 'MQTT-3.1.2-21'),
  valid('CONNECT Password: any bytes', `10 (${START} c2 003c ['c'] ['u'] [00ffc0af])`, connect({ username: 'u', password: '00ffc0af' }), '§3.1.3.5'),
  valid('CONNECT Password: 65,535 bytes', `10 (${START} c2 003c ['c'] ['u'] [${LONGEST}])`, connect({ username: 'u', password: '78'.repeat(65_535) }), '§3.1.3.5'),
  valid('CONNECT: MQTT 3.1, where it is accepted', "10 (['MQIsdp'] 03 02 003c ['c'])", connect(OLD), 'MQTT-3.1.2-2', { options: old }),
  valid('CONNECT: a bridge, where it is accepted', "10 (['MQTT'] 84 02 003c ['c'])", connect({ bridge: true }), 'MQTT-3.1.2-2', { options: bridge }),
  valid('CONNECT: a bridge of MQTT 3.1, where bridges are accepted', "10 (['MQIsdp'] 83 02 003c ['c'])", connect({ ...OLD, bridge: true }), 'MQTT-3.1.2-2', { options: bridge }),
]

/** A protocol level that is refused, by default or because of the options. */
const levelRow = (protocolLevel: number, extra: { options?: typeof old } = {}): MalformedVector =>
  malformed(
    `CONNECT Protocol Level: ${protocolLevel}${extra.options === undefined ? '' : ', where only 3.1 is accepted'}`,
    `10 (['MQTT'] ^ ${hexByte(protocolLevel)} 02 003c ['c'])`,
    LEVEL,
    { found: protocolLevel, ...extra },
  )

// biome-ignore format: one row per violation
const malformedRows: readonly MalformedVector[] = [
  ...['', 'M', 'MQT', 'MQTTT', 'mqtt', 'Mqtt', 'MQTX', 'MQIsdP', 'HTTP', ' MQTT', 'MQTT\u0301'].map((name) =>
    malformed(`CONNECT Protocol Name: '${name}'`, `10 (^ ['${name}'] 04 02 003c ['c'])`, ['unknown-protocol-name', 'Protocol Name'])),
  malformed('CONNECT Protocol Name: one byte too long', "10 (^ [+1 'MQTT'] 04 02 003c ['c'])", ['unknown-protocol-name', 'Protocol Name']),
  malformed('CONNECT Protocol Name: one byte too short', "10 (^ [-1 'MQTT'] 04 02 003c ['c'])", ['unknown-protocol-name', 'Protocol Name']),
  malformed('CONNECT Protocol Name: longer than the packet', "10 (^ ffff 'MQTT' 04 02 003c ['c'])", tooShort('Protocol Name')),
  ...[0, 1, 2, 3, 5, 6, 0x7f, 0x80, 0x83, 0x84, 0x85, 0xff].map((level) => levelRow(level)),
  levelRow(4, { options: old }),
  malformed('CONNECT: MQTT 3.1, by default', "10 (['MQIsdp'] ^ 03 02 003c ['c'])", LEVEL, { found: 3 }),
  malformed('CONNECT: a bridge of MQTT 3.1, where bridges are not accepted', "10 (['MQIsdp'] ^ 83 02 003c ['c'])", LEVEL, { found: 0x83, options: old }),
  malformed("CONNECT: the name of 3.1 with the level of 3.1.1", "10 (['MQIsdp'] ^ 04 02 003c ['c'])", LEVEL, { found: 4, options: old }),

  malformed('CONNECT: no body', '10 ^ ()', LENGTH_TOO_SHORT, { also: ['MQTT-3.1.4-1'] }),
  malformed('CONNECT: half a length', '10 ^ (00)', LENGTH_TOO_SHORT, { also: ['MQTT-3.1.4-1'] }),
  malformed('CONNECT: half a protocol name', "10 ^ (0004 'MQ')", LENGTH_TOO_SHORT),
  malformed('CONNECT: no level', "10 ^ (['MQTT'])", LENGTH_TOO_SHORT, { also: ['MQTT-3.1.4-1'] }),
  malformed('CONNECT: no flags', `10 ^ (${START})`, LENGTH_TOO_SHORT, { also: ['MQTT-3.1.4-1'] }),
  malformed('CONNECT: seven bytes of a protocol name', "10 ^ (0008 'MQTTM')", LENGTH_TOO_SHORT),
  malformed('CONNECT: eight bytes of a protocol name', "10 (^ 0008 'MQTTMQ')", tooShort('Protocol Name')),
  malformed('CONNECT: no keep alive', `10 (${START} 02 ^)`, tooShort('Keep Alive'), { also: ['MQTT-3.1.4-1'] }),
  malformed('CONNECT: half a keep alive', `10 (${START} 02 ^ 00)`, tooShort('Keep Alive')),
  malformed('CONNECT: no client identifier', `10 (${START} 02 003c ^)`, tooShort('Client Identifier'), { also: ['MQTT-3.1.3-3'] }),
  malformed('CONNECT: Will Flag set, but no will topic', `10 (${START} 06 003c ['c'] ^)`, tooShort('Will Topic'), { also: ['MQTT-3.1.2-9'] }),
  malformed('CONNECT: Will Flag set, but no will message', `10 (${START} 06 003c ['c'] ['w'] ^)`, tooShort('Will Message'), { also: ['MQTT-3.1.2-9'] }),
  malformed('CONNECT: User Name Flag set, but no user name', `10 (${START} 82 003c ['c'] ^)`, tooShort('User Name'), { also: ['MQTT-3.1.2-19'] }),
  malformed('CONNECT: Password Flag set, but no password', `10 (${START} c2 003c ['c'] ['u'] ^)`, tooShort('Password'), { also: ['MQTT-3.1.2-21'] }),
  malformed('CONNECT: a will, but Will Flag not set', `10 (${START} 02 003c ['c'] ^ ${WILL_TOPIC} ${WILL_MESSAGE})`, SURPLUS, { also: ['MQTT-3.1.2-11'], tolerated: connect() }),
  malformed('CONNECT: a user name, but User Name Flag not set', `10 (${START} 02 003c ['c'] ^ ['u'])`, SURPLUS, { also: ['MQTT-3.1.2-18'], tolerated: connect() }),
  malformed('CONNECT: a password, but Password Flag not set', `10 (${START} 82 003c ['c'] ['u'] ^ ['p'])`, SURPLUS, { also: ['MQTT-3.1.2-20'], tolerated: connect({ username: 'u' }) }),
  malformed('CONNECT: a byte too many', `10 (${START} 02 003c ['c'] ^ 00)`, SURPLUS, { tolerated: connect() }),
  malformed('CONNECT: a Remaining Length one too short', `10 (-1 ${START} 02 003c ^ ['c'])`, tooShort('Client Identifier'), { also: ['MQTT-3.1.4-1'] }),

  // Each length prefix of a CONNECT with all fields, one too large and one too small. The fields after it are misread.
  malformed('CONNECT Client Identifier: one byte too long', withParts({ [CLIENT_IDENTIFIER]: "[+1 'c']", [WILL_TOPIC]: "^ 00 ^^ 04 'will'" }), nullIn('Client Identifier'), { further: [tooShort('Will Topic')] }),
  malformed('CONNECT Client Identifier: one byte too short', withParts({ [CLIENT_IDENTIFIER]: "[-1 ^ 'c']" }), tooShort('Will Topic')),
  malformed('CONNECT Client Identifier: longer than the packet', `10 (${START} 02 003c ^ [+1 'c'])`, tooShort('Client Identifier')),
  malformed('CONNECT Will Topic: one byte too long', withParts({ [WILL_TOPIC]: "[+1 'will']", [WILL_MESSAGE]: "^ 00 ^^ 03 'bye'" }), nullIn('Will Topic'), { further: [tooShort('Will Message')] }),
  malformed('CONNECT Will Topic: one byte too short', withParts({ [WILL_TOPIC]: "[-1 'wil' ^ 'l']" }), tooShort('Will Message')),
  malformed('CONNECT Will Message: one byte too long', withParts({ [WILL_MESSAGE]: "[+1 'bye']", [USER_NAME]: "00 ^ 04 'user'" }), tooShort('User Name')),
  malformed('CONNECT Will Message: one byte too short', withParts({ [WILL_MESSAGE]: "[-1 'by' ^ 'e']" }), tooShort('User Name')),
  malformed('CONNECT User Name: one byte too long', withParts({ [USER_NAME]: "[+1 'user']", [PASSWORD]: "^ 00 ^^ 04 'pass'" }), nullIn('User Name'), { further: [tooShort('Password')] }),
  malformed('CONNECT User Name: one byte too short', withParts({ [USER_NAME]: "[-1 'use' ^ 'r']" }), tooShort('Password')),
  malformed('CONNECT Password: one byte too long', withParts({ [PASSWORD]: "^ [+1 'pass']" }), tooShort('Password')),
  malformed('CONNECT Password: one byte too short', withParts({ [PASSWORD]: "[-1 'pas' ^ 's']" }), SURPLUS, { tolerated: connect({ will: WILL, username: 'user', password: hexOf('pas') }) }),

  malformed('CONNECT Client Identifier: empty, clean session 0', `10 (${START} 00 003c ^ [])`, ['empty-client-identifier', 'Client Identifier'], { also: ['MQTT-3.1.3-7'], tolerated: connect({ clientId: '', cleanSession: false }) }),
  malformed('CONNECT Will Topic: empty', `10 (${START} 06 003c ['c'] ^ [] ['bye'])`, ['empty-topic-name', 'Will Topic'], { tolerated: connect({ will: { ...WILL, topic: '' } }) }),
  ...['#', '+', 'a/#', 'a/+/b', 'a+', '#/a'].map((topic) => {
    const at = topic.search(/[+#]/)
    return malformed(`CONNECT Will Topic: '${topic}'`, `10 (${START} 06 003c ['c'] ['${topic.slice(0, at)}' ^ '${topic.slice(at)}'] ['bye'])`,
      ['wildcard-in-topic-name', 'Will Topic', 'MQTT-4.7.1-1'], { tolerated: connect({ will: { ...WILL, topic } }) })
  }),

  malformed('CONNECT: every tolerable violation, except invalid text', `^ 1f (${START} ^^ ^^^ ^^^^ ^^^^^ 79 003c ^^^^^^ [] ['pw'] ^^^^^^^ 00)`, ['reserved-flags', 'Flags'], {
    further: [['connect-reserved-flag', 'Reserved'], ['will-qos-without-will', 'Will QoS'], ['will-retain-without-will', 'Will Retain'], ['password-without-username', 'Password Flag'], ['empty-client-identifier', 'Client Identifier'], SURPLUS],
    tolerated: connect({ clientId: '', cleanSession: false, password: hexOf('pw') }),
  }),
  malformed('CONNECT: invalid text in every text field', `10 (${START} c6 003c [^ ff] [^^ 00 ^^^ '#'] ['bye'] [^^^^ c0] [ff])`, ['ill-formed-utf8', 'Client Identifier'], {
    further: [['null-character', 'Will Topic'], ['wildcard-in-topic-name', 'Will Topic', 'MQTT-4.7.1-1'], ['ill-formed-utf8', 'User Name']],
    tolerated: connect({ clientId: '\uFFFD', will: { ...WILL, topic: '\0#' }, username: '\uFFFD', password: 'ff' }),
  }),
]

export const connectSection: Section = {
  valid: [...flagsRows.filter((row): row is ValidVector => !isMalformed(row)), ...validRows],
  malformed: [...flagsRows.filter(isMalformed), ...malformedRows],
}
