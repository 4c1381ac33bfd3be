// Differences of MQTT 3.1 from 3.1.1, for a receiver that supports only 3.1, and after a CONNECT of that version.

import {
  connect,
  hexByte,
  hexOf,
  malformed,
  publish,
  type Section,
  stream,
  valid,
  type Wrong,
} from './rows.ts'
import type { StreamVector, VectorPacket } from './vectors.d.cts'

const START = "['MQIsdp'] 03"
const MQTT_31 = { protocolName: 'MQIsdp', protocolLevel: 3 } as const
const ONLY_31 = { protocols: ['3.1' as const] }
const REFUSING_31 = { ...ONLY_31, refuse: ['control-characters' as const, 'non-characters' as const] }
const BOTH = { protocols: ['3.1.1' as const, '3.1' as const] }
const WITH_BRIDGES = { protocols: ['3.1.1' as const, '3.1' as const, 'bridge' as const] }
const LEVEL: Wrong = ['unsupported-protocol-level', 'Protocol Level']
const NO_IDENTIFIER: Wrong = ['empty-client-identifier', 'Client Identifier', '§3.1.3.1']
const WILL = { topic: 'will', payload: hexOf('bye'), qos: 0, retain: false } as const

const connect31 = (fields: Parameters<typeof connect>[0] = {}): VectorPacket =>
  connect({ ...MQTT_31, ...fields })
const subscribe: VectorPacket = {
  type: 'subscribe',
  packetId: 7,
  subscriptions: [{ topicFilter: 'a', qos: 1 }],
}
const unsubscribe: VectorPacket = { type: 'unsubscribe', packetId: 7, topicFilters: ['a'] }
const pubrel: VectorPacket = { type: 'pubrel', packetId: 7 }

/** Packets that may be sent again with DUP: their first byte with it, and their body. */
const SENT_AGAIN = [
  {
    name: 'SUBSCRIBE',
    flags: 2,
    again: '8a',
    body: "(0007 ['a'] 01)",
    packet: subscribe,
    rule: 'MQTT-3.8.1-1',
  },
  {
    name: 'UNSUBSCRIBE',
    flags: 2,
    again: 'aa',
    body: "(0007 ['a'])",
    packet: unsubscribe,
    rule: 'MQTT-3.10.1-1',
  },
  { name: 'PUBREL', again: '6a', body: '(0007)', packet: pubrel, rule: 'MQTT-3.6.1-1' },
] as const

/** Packets in which some or all of the flags that 3.1 ignores are set. */
const UNUSED_FLAGS: readonly (readonly [notation: string, packet: VectorPacket])[] = [
  [`11 (${START} 02 003c ['c'])`, connect31()],
  ['21 (00 00)', { type: 'connack', sessionPresent: false, returnCode: 0 }],
  ['48 (0007)', { type: 'puback', packetId: 7 }],
  ['60 (0007)', pubrel],
  ['6f (0007)', pubrel],
  ["80 (0007 ['a'] 01)", subscribe],
  ["83 (0007 ['a'] 01)", subscribe],
  ["a0 (0007 ['a'])", unsubscribe],
  ['c8 ()', { type: 'pingreq' }],
  ['ef ()', { type: 'disconnect' }],
]

const after31 = (
  name: string,
  notation: string,
  packets: readonly VectorPacket[],
  wrong?: Wrong,
): StreamVector =>
  stream(
    `after a CONNECT of MQTT 3.1: ${name}`,
    `10 (${START} 02 003c ['c']) ${notation}`,
    [connect31(), ...packets],
    '§3.1.2.2',
    {
      options: BOTH,
      ...(wrong && { wrong }),
    },
  )

/** How each difference of MQTT 3.1 from 3.1.1 is treated, and a row that shows it. */
// biome-ignore format: one row per difference
export const DIFFERENCES_31: readonly { readonly what: string; readonly verdict: string; readonly why: string; readonly row: string }[] = [
  { what: 'DUP on SUBSCRIBE, UNSUBSCRIBE and PUBREL', verdict: 'accepted', why: '3.1 sets it on packets that are sent again', row: 'MQTT 3.1 SUBSCRIBE with DUP' },
  { what: 'unused flags of the fixed header', verdict: 'ignored', why: '3.1 requires the sender to set them to 0, but does not let the receiver refuse them', row: 'MQTT 3.1 PINGREQ: unused flags, first byte c8' },
  { what: 'DUP with QoS 0', verdict: 'refused, tolerable', why: '3.1 gives it a meaning only for QoS 1 and 2, and the packet would hold a flag that no sender may set', row: 'MQTT 3.1 PUBLISH: DUP with QoS 0' },
  { what: 'an empty client identifier', verdict: 'refused with CONNACK 2, tolerable', why: '3.1 requires at least one character, whatever the Clean Session flag is', row: 'MQTT 3.1 CONNECT Client Identifier: empty, Connect Flags 02' },
  { what: 'a client identifier of more than 23 characters', verdict: 'accepted', why: '3.1 requires the answer CONNACK 2, but mosquitto and others accept it; your code can still send CONNACK 2', row: 'MQTT 3.1 CONNECT Client Identifier: 24 characters, one more than 3.1 allows' },
  { what: 'the user name flag without a user name', verdict: 'accepted', why: 'in 3.1 the Remaining Length takes precedence over the flag', row: 'MQTT 3.1 CONNECT: User Name Flag set, but no user name' },
  { what: 'the password flag without a password', verdict: 'accepted', why: 'as for the user name', row: 'MQTT 3.1 CONNECT: Password Flag set, but no password' },
  { what: 'a password without the user name flag', verdict: 'refused, tolerable', why: 'the same rule as in 3.1.1', row: 'MQTT 3.1 CONNECT: a password without a user name' },
  { what: 'a user name or password that the packet cuts off', verdict: 'refused', why: 'in 3.1 the field may be missing, but not incomplete', row: 'MQTT 3.1 CONNECT: a user name that is cut off after its length' },
  { what: 'U+0000 or ill-formed UTF-8 in a user name', verdict: 'refused, tolerable', why: '3.1 says only that the user name is UTF-8 text, so the rules of 3.1.1 apply', row: 'MQTT 3.1 CONNECT User Name: U+0000' },
  { what: 'a control character or non-character in a user name', verdict: 'accepted, or refused with `refuse`', why: '3.1 says nothing of them, so `refuse` works as in 3.1.1', row: 'MQTT 3.1 CONNECT User Name: U+0001, refused' },
  { what: 'SUBSCRIBE or UNSUBSCRIBE without a topic filter', verdict: 'refused, tolerable', why: '3.1 says nothing of an empty list, so the rule of 3.1.1 applies; mosquitto answers, having nothing to do', row: 'MQTT 3.1 SUBSCRIBE: no filter' },
  { what: 'the reserved CONNECT flag', verdict: 'ignored', why: '3.1 has no rule for it', row: 'MQTT 3.1 CONNECT: the reserved flag' },
  { what: 'Will QoS 1 or 2, or Will Retain, without a will', verdict: 'ignored', why: '3.1 gives them no meaning without a will', row: 'MQTT 3.1 CONNECT: Will Retain without a will' },
  { what: 'Will QoS 3 without a will', verdict: 'refused', why: '3 is reserved wherever there is a QoS', row: 'MQTT 3.1 CONNECT: Will QoS 3 without a will' },
  { what: 'the first byte of CONNACK', verdict: 'ignored', why: '3.1 does not use it: there is no Session Present', row: 'MQTT 3.1 CONNACK: a value in the unused byte' },
  { what: '0x80 in SUBACK', verdict: 'accepted', why: '3.1 has no code for a failure, but servers that support both versions send this one', row: 'MQTT 3.1 SUBACK: 0x80, which 3.1 does not have' },
  { what: 'the name MQTT with level 3, MQIsdp with level 4', verdict: 'refused with CONNACK 1', why: 'neither is a version', row: 'CONNECT: the name of 3.1.1 with the level of 3.1, where both are accepted' },
  { what: 'MQIsdp with level 0x83', verdict: 'accepted with `bridge`, and counts as 3.1', why: 'mosquitto sets bit 0x80 for a bridge', row: 'MQTT 3.1 CONNECT: a bridge, level 0x83' },
]

// biome-ignore format: one row per packet
export const mqtt31: Section = {
  valid: [
    ...SENT_AGAIN.map(({ name, again, body, packet }) =>
      valid(`MQTT 3.1 ${name} with DUP`, `${again} ${body}`, packet, '§2.2.2', { options: ONLY_31, readOnly: true })),
    ...UNUSED_FLAGS.map(([notation, packet]) =>
      valid(`MQTT 3.1 ${packet.type.toUpperCase()}: unused flags, first byte ${notation.slice(0, 2)}`, notation, packet, '§2.2.2', { options: ONLY_31, readOnly: true })),
    valid('MQTT 3.1 CONNECT: User Name Flag set, but no user name', `10 (${START} 82 003c ['c'])`, connect31(), 'MQTT-3.1.2-19', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNECT: both flags set, but neither user name nor password', `10 (${START} c2 003c ['c'])`, connect31(), 'MQTT-3.1.2-21', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNECT: Password Flag set, but no password', `10 (${START} c2 003c ['c'] ['u'])`, connect31({ username: 'u' }), 'MQTT-3.1.2-21', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNECT: a will, a user name and a password', `10 (${START} c6 003c ['c'] ['will'] ['bye'] ['u'] ['pw'])`, connect31({ will: WILL, username: 'u', password: hexOf('pw') }), '§3.1.3', { options: ONLY_31 }),
    valid('MQTT 3.1 CONNECT: a will, User Name Flag set, but no user name', `10 (${START} 86 003c ['c'] ['will'] ['bye'])`, connect31({ will: WILL }), 'MQTT-3.1.2-19', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNECT: the reserved flag', `10 (${START} 03 003c ['c'])`, connect31(), 'MQTT-3.1.2-3', { options: ONLY_31, readOnly: true }),
    ...['0a', '12'].map((flags) =>
      valid(`MQTT 3.1 CONNECT: Will QoS without a will, Connect Flags ${flags}`, `10 (${START} ${flags} 003c ['c'])`, connect31(), 'MQTT-3.1.2-13', { options: ONLY_31, readOnly: true })),
    valid('MQTT 3.1 CONNECT: Will Retain without a will', `10 (${START} 22 003c ['c'])`, connect31(), 'MQTT-3.1.2-15', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNECT Client Identifier: 23 characters, the maximum that 3.1 allows', `10 (${START} 02 003c ['0123456789abcdefghijklm'])`, connect31({ clientId: '0123456789abcdefghijklm' }), '§3.1.3.1', { options: ONLY_31 }),
    valid('MQTT 3.1 CONNECT Client Identifier: 24 characters, one more than 3.1 allows', `10 (${START} 02 003c ['0123456789abcdefghijklmn'])`, connect31({ clientId: '0123456789abcdefghijklmn' }), '§3.1.3.1', { options: ONLY_31 }),
    valid('MQTT 3.1 CONNACK: a value in the unused byte', '20 (01 05)', { type: 'connack', sessionPresent: false, returnCode: 5 }, '§3.2.2.1', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 CONNACK: all bits of the unused byte', '20 (ff 00)', { type: 'connack', sessionPresent: false, returnCode: 0 }, '§3.2.2.1', { options: ONLY_31, readOnly: true }),
    valid('MQTT 3.1 SUBACK: 0x80, which 3.1 does not have', '90 (0007 80)', { type: 'suback', packetId: 7, returnCodes: [0x80] }, '§3.9.3', { options: ONLY_31 }),
    valid('MQTT 3.1 CONNECT: a bridge, level 0x83', `10 (['MQIsdp'] 83 02 003c ['c'])`, connect31({ bridge: true }), 'MQTT-3.1.2-2', { options: WITH_BRIDGES }),
  ],
  malformed: [
    ...[0x00, 0x02].map((flags) =>
      malformed(`MQTT 3.1 CONNECT Client Identifier: empty, Connect Flags ${hexByte(flags)}`, `10 (${START} ${hexByte(flags)} 003c ^ [])`, NO_IDENTIFIER, { options: ONLY_31, tolerated: connect31({ clientId: '', cleanSession: flags !== 0 }) })),
    malformed('MQTT 3.1 CONNECT: a bridge without client identifier', "10 (['MQIsdp'] 83 02 003c ^ [])", NO_IDENTIFIER, { options: WITH_BRIDGES, tolerated: connect31({ clientId: '', bridge: true }) }),
    malformed('MQTT 3.1 CONNECT: half a user name', `10 (${START} 82 003c ['c'] ^ 00)`, ['body-too-short', 'User Name'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: a user name that is cut off after its length', `10 (${START} 82 003c ['c'] ^ 0005)`, ['body-too-short', 'User Name'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: a user name that is cut off before its last byte', `10 (${START} 82 003c ['c'] ^ [+1 'user'])`, ['body-too-short', 'User Name'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: a password that is cut off after its length', `10 (${START} c2 003c ['c'] ['u'] ^ 0005)`, ['body-too-short', 'Password'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT User Name: U+0000', `10 (${START} 82 003c ['c'] ['x' ^ 00 'y'])`, ['null-character', 'User Name'], { options: ONLY_31, tolerated: connect31({ username: 'x\0y' }) }),
    malformed('MQTT 3.1 CONNECT User Name: ill-formed UTF-8', `10 (${START} 82 003c ['c'] ['x' ^ ff 'y'])`, ['ill-formed-utf8', 'User Name'], { options: ONLY_31, tolerated: connect31({ username: 'x\uFFFDy' }) }),
    malformed('MQTT 3.1 CONNECT User Name: U+0001, refused', `10 (${START} 82 003c ['c'] ['x' ^ 01 'y'])`, ['control-character', 'User Name'], { options: REFUSING_31 }),
    malformed('MQTT 3.1 CONNECT User Name: U+FFFF, refused', `10 (${START} 82 003c ['c'] ['é' ^ efbfbf 'y'])`, ['non-character', 'User Name'], { options: REFUSING_31 }),
    malformed('MQTT 3.1 CONNECT: half a password', `10 (${START} c2 003c ['c'] ['u'] ^ 0002 'p')`, ['body-too-short', 'Password'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: Will Flag set, but no will', `10 (${START} 06 003c ['c'] ^)`, ['body-too-short', 'Will Topic'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: a password without a user name', `10 (${START} ^ 42 003c ['c'] ['pw'])`, ['password-without-username', 'Password Flag'], { options: ONLY_31, tolerated: connect31({ password: hexOf('pw') }) }),
    malformed('MQTT 3.1 CONNECT: Will QoS 3', `10 (${START} ^ 1e 003c ['c'] ['will'] ['bye'])`, ['invalid-qos', 'Will QoS', 'MQTT-3.1.2-14'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: Will QoS 3 without a will', `10 (${START} ^ 1a 003c ['c'])`, ['invalid-qos', 'Will QoS', 'MQTT-3.1.2-14'], { options: ONLY_31 }),
    malformed('MQTT 3.1 CONNECT: a byte too many', `10 (${START} 02 003c ['c'] ^ 00)`, ['surplus-bytes'], { options: ONLY_31, tolerated: connect31() }),
    malformed('MQTT 3.1 PUBLISH: DUP with QoS 0', "^ 38 (['a/b'] 'hi')", ['dup-with-qos-0', 'DUP flag'], { options: ONLY_31, tolerated: publish({ dup: true }) }),
    malformed('MQTT 3.1 SUBSCRIBE: no filter', '82 (0007 ^)', ['no-topic-filter', 'Topic Filter'], { options: ONLY_31, tolerated: { type: 'subscribe', packetId: 7, subscriptions: [] } }),
    malformed('MQTT 3.1 UNSUBSCRIBE: no filter', 'a2 (0007 ^)', ['no-topic-filter', 'Topic Filter', 'MQTT-3.10.3-2'], { options: ONLY_31, tolerated: { type: 'unsubscribe', packetId: 7, topicFilters: [] } }),
    malformed('MQTT 3.1 SUBACK: a reserved code', '90 (0007 ^ 03)', ['reserved-suback-code', 'Return Code'], { options: ONLY_31, tolerated: { type: 'suback', packetId: 7, returnCodes: [3] } }),
    malformed('CONNECT: the name of 3.1.1 with the level of 3.1, where both are accepted', "10 (['MQTT'] ^ 03 02 003c ['c'])", LEVEL, { options: BOTH, found: 3 }),
    malformed('CONNECT: the name of 3.1 with the level of 3.1.1, where both are accepted', "10 (['MQIsdp'] ^ 04 02 003c ['c'])", LEVEL, { options: BOTH, found: 4 }),
    malformed('CONNECT: the name of 3.1.1 with the level of a bridge of 3.1', "10 (['MQTT'] ^ 83 02 003c ['c'])", LEVEL, { options: WITH_BRIDGES, found: 0x83 }),
    malformed('CONNECT: the name of 3.1 with the level of a bridge of 3.1.1', "10 (['MQIsdp'] ^ 84 02 003c ['c'])", LEVEL, { options: WITH_BRIDGES, found: 0x84 }),
    malformed('MQTT 3.1 CONNECT: level 0x83, where bridges are not accepted', "10 (['MQIsdp'] ^ 83 02 003c ['c'])", LEVEL, { options: BOTH, found: 0x83 }),
  ],
  streams: [
    ...SENT_AGAIN.map(({ name, again, body, packet }) => after31(`${name} with DUP`, `${again} ${body}`, [packet])),
    ...SENT_AGAIN.map(({ name, again, body, rule }) =>
      stream(`after a CONNECT of MQTT 3.1.1: ${name} with DUP`, `10 (['MQTT'] 04 02 003c ['c']) | ^ ${again} ${body}`, [connect()], '§2.2.2', { options: BOTH, wrong: ['reserved-flags', 'Flags', rule] })),
    ...SENT_AGAIN.map(({ name, again, body, rule }) =>
      stream(`before any CONNECT, where both are accepted: ${name} with DUP`, `^ ${again} ${body}`, [], '§2.2.2', { options: BOTH, wrong: ['reserved-flags', 'Flags', rule] })),
    after31('a CONNECT of MQTT 3.1.1 changes nothing', `10 (['MQTT'] 04 02 003c ['c']) 6a (0007)`, [connect(), pubrel]),
    after31('a CONNECT without client identifier', `| 10 (${START} 02 003c ^ [])`, [], NO_IDENTIFIER),
    after31('PINGREQ with unused flags', 'c8 ()', [{ type: 'pingreq' }]),
    stream('a CONNECT of MQTT 3.1 with unused flags, where both are accepted: they are judged before the name arrives', `^ 11 (${START} 02 003c ['c'])`, [], '§2.2.2', { options: BOTH, wrong: ['reserved-flags', 'Flags'] }),
    after31('PUBLISH with DUP and QoS 0', "| ^ 38 (['a/b'] 'hi')", [], ['dup-with-qos-0', 'DUP flag']),
    stream('after a bridge of MQTT 3.1: PUBREL with DUP', "10 (['MQIsdp'] 83 02 003c ['c']) 6a (0007)", [connect31({ bridge: true }), pubrel], '§2.2.2', { options: WITH_BRIDGES }),
    stream('after a CONNECT of MQTT 3.1 that has a long Remaining Length: PUBREL with DUP', `10 8f 00 ${START} 02 003c ['c'] 6a (0007)`, [connect31(), pubrel], '§2.2.3', { options: BOTH }),
    stream('the unused byte of CONNACK, where only 3.1 is accepted', '20 (01 00) 90 (0007 01)', [{ type: 'connack', sessionPresent: false, returnCode: 0 }, { type: 'suback', packetId: 7, returnCodes: [1] }], '§3.2.2.1', { options: { ...ONLY_31, role: 'client' } }),
  ],
}
