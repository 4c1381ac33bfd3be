// MQTT 3.1, where it differs from 3.1.1: rows for a receiver that reads everything by the rules of 3.1, and streams that
// begin with a CONNECT of 3.1. The rule is the section of 3.1.1 that has the other rule.

import { connect, hexOf, malformed, type Section, stream, valid } from './rows.ts'
import type { VectorPacket } from './vectors.d.ts'

const ONLY_31 = { protocols: ['3.1' as const] }
const BOTH = { protocols: ['3.1.1' as const, '3.1' as const] }
const BRIDGES = { protocols: ['3.1.1' as const, 'bridge' as const] }

const NAME = "['MQIsdp']"
const OLD = { protocolName: 'MQIsdp', protocolLevel: 3 } as const
const CONNECT_31 = `10 (${NAME} 03 02 003c ['c'])`
const CONNECT_311 = "10 (['MQTT'] 04 02 003c ['c'])"

const SUBSCRIBE: VectorPacket = {
  type: 'subscribe',
  packetId: 7,
  subscriptions: [{ topicFilter: 'a', qos: 1 }],
}
const UNSUBSCRIBE: VectorPacket = { type: 'unsubscribe', packetId: 7, topicFilters: ['a'] }
const PUBREL: VectorPacket = { type: 'pubrel', packetId: 7 }
const CONNACK: VectorPacket = { type: 'connack', sessionPresent: false, returnCode: 0 }

/** What comes again with DUP, which 3.1 has for all that asks for an answer. */
const AGAIN = [
  ['SUBSCRIBE', '8a', "(0007 ['a'] 01)", SUBSCRIBE, 'MQTT-3.8.1-1'],
  ['UNSUBSCRIBE', 'aa', "(0007 ['a'])", UNSUBSCRIBE, 'MQTT-3.10.1-1'],
  ['PUBREL', '6a', '(0007)', PUBREL, 'MQTT-3.6.1-1'],
] as const

const readOnly = { options: ONLY_31, readOnly: true } as const

// biome-ignore format: one row a packet
export const mqtt31: Section = {
  valid: [
    ...AGAIN.map(([name, first, body, packet, rule]) => valid(`3.1: ${name} with DUP`, `${first} ${body}`, packet, rule, readOnly)),
    valid('3.1: CONNECT, the user name flag without a user name', `10 (${NAME} 03 82 003c ['c'])`, connect(OLD), 'MQTT-3.1.2-19', readOnly),
    valid('3.1: CONNECT, both flags without user name and password', `10 (${NAME} 03 c2 003c ['c'])`, connect(OLD), 'MQTT-3.1.2-21', readOnly),
    valid('3.1: CONNECT, both flags without a password', `10 (${NAME} 03 c2 003c ['c'] ['u'])`, connect({ ...OLD, username: 'u' }), 'MQTT-3.1.2-21', readOnly),
    valid('3.1: CONNECT, user name and password', `10 (${NAME} 03 c2 003c ['c'] ['u'] ['p'])`, connect({ ...OLD, username: 'u', password: hexOf('p') }), 'MQTT-3.1.2-21', { options: ONLY_31 }),
    valid('3.1: CONNECT, the reserved flag', `10 (${NAME} 03 03 003c ['c'])`, connect(OLD), 'MQTT-3.1.2-3', readOnly),
    valid('3.1: CONNECT, Will QoS and Will Retain without a will', `10 (${NAME} 03 2a 003c ['c'])`, connect(OLD), 'MQTT-3.1.2-13', readOnly),
    valid('3.1: CONNECT, a client identifier of 24 characters', `10 (${NAME} 03 02 003c ['0123456789abcdefghijklmn'])`, connect({ ...OLD, clientId: '0123456789abcdefghijklmn' }), 'MQTT-3.1.3-5', { options: ONLY_31 }),
    valid('3.1: CONNACK, its unused byte', '20 (ff 00)', CONNACK, '§3.2.2.1', readOnly),
    valid('3.1: SUBACK, a failure', '90 (0007 80)', { type: 'suback', packetId: 7, returnCodes: [0x80] }, 'MQTT-3.9.3-2', { options: ONLY_31 }),
  ],
  malformed: [
    malformed('3.1: CONNECT, an empty client identifier', `10 (${NAME} 03 02 003c ^ [])`, ['empty-client-identifier', 'Client Identifier', '§3.1.3.1'], { options: ONLY_31, tolerated: connect({ ...OLD, clientId: '' }) }),
    malformed('3.1: CONNECT, a password without a user name', `10 (${NAME} 03 ^ 42 003c ['c'] ['p'])`, ['password-without-username', 'Password Flag'], { options: ONLY_31, tolerated: connect({ ...OLD, password: hexOf('p') }) }),
    malformed('3.1: CONNECT, Will QoS 3', `10 (${NAME} 03 ^ 1e 003c ['c'] ['w'] [])`, ['invalid-qos', 'Will QoS', 'MQTT-3.1.2-14'], { options: ONLY_31 }),
    malformed('3.1: PUBLISH, DUP with QoS 0', "^ 38 (['a'])", ['dup-with-qos-0', 'DUP flag'], { options: ONLY_31, tolerated: { type: 'publish', topic: 'a', payload: '', qos: 0, dup: true, retain: false } }),
    ...['8b', '88', '80'].map((first) => malformed(`3.1: SUBSCRIBE, flags ${first}`, `^ ${first} (0007 ['a'] 01)`, ['reserved-flags', 'Flags', 'MQTT-3.8.1-1'], { options: ONLY_31, tolerated: SUBSCRIBE })),
    malformed('3.1: PUBACK with DUP', '^ 48 (0007)', ['reserved-flags', 'Flags'], { options: ONLY_31, tolerated: { type: 'puback', packetId: 7 } }),
    malformed('the name of 3.1.1 with the level of 3.1', "10 (['MQTT'] ^ 03 02 003c ['c'])", ['unsupported-protocol-level', 'Protocol Level'], { options: BOTH, found: 3 }),
    malformed('the name of 3.1 with the level of 3.1.1', `10 (${NAME} ^ 04 02 003c ['c'])`, ['unsupported-protocol-level', 'Protocol Level'], { options: BOTH, found: 4 }),
  ],
  streams: [
    ...AGAIN.flatMap(([name, first, body, packet, rule]) => [
      stream(`3.1: ${name} with DUP, behind a CONNECT of 3.1`, `${CONNECT_31} ${first} ${body}`, [connect(OLD), packet], rule, { options: BOTH }),
      stream(`3.1: ${name} with DUP, behind a CONNECT of a 3.1 bridge`, `10 (${NAME} 83 02 003c ['c']) ${first} ${body}`, [connect({ ...OLD, bridge: true }), packet], rule, { options: BRIDGES }),
      stream(`3.1: ${name} with DUP, behind a CONNECT of 3.1.1`, `${CONNECT_311} | ^ ${first} ${body}`, [connect()], rule, { options: BOTH, wrong: ['reserved-flags', 'Flags', rule] }),
      stream(`3.1: ${name} with DUP, behind nothing`, `^ ${first} ${body}`, [], rule, { options: BOTH, wrong: ['reserved-flags', 'Flags', rule] }),
    ]),
  ],
}
