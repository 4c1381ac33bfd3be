import { describe, expect, test } from 'vitest'
import { type Connect, DecodeError, decode, type ParserOptions } from '../../src/index.ts'
import { bytes } from '../support/bytes.ts'
import { testMalformed } from '../support/malformed.ts'
import { testUnencodable } from '../support/unencodable.ts'
import { testValid } from '../support/valid.ts'

const connect = (fields: Partial<Connect>): Connect => ({
  type: 'connect',
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  clientId: 'c',
  cleanSession: true,
  keepAlive: 60,
  will: undefined,
  username: undefined,
  password: undefined,
  ...fields,
})

const will = { topic: 'w', payload: bytes("'bye'"), qos: 0, retain: false } as const
const old: ParserOptions = { protocols: ['3.1'] }
const bridge: ParserOptions = { protocols: ['3.1.1', 'bridge'] }
const START = "0004 'MQTT' 04"
const WILL = "0001 'w' 0003 'bye'"

describe('CONNECT, §3.1', () => {
  // biome-ignore format: one row per packet
  testValid([
    { name: 'minimal', hex: `10 0c ${START} 02 0000 0000`, packet: connect({ clientId: '', keepAlive: 0 }), input: { type: 'connect', clientId: '' } },
    { name: 'a client identifier', hex: `10 0d ${START} 02 003c 0001 'c'`, packet: connect({}) },
    { name: 'a persistent session', hex: `10 0d ${START} 00 003c 0001 'c'`, packet: connect({ cleanSession: false }) },
    { name: 'the longest keep alive', hex: `10 0d ${START} 02 ffff 0001 'c'`, packet: connect({ keepAlive: 65_535 }) },
    { name: 'a will', hex: `10 15 ${START} 06 003c 0001 'c' ${WILL}`, packet: connect({ will }) },
    { name: 'a will with defaults and text', hex: `10 15 ${START} 06 003c 0001 'c' ${WILL}`, packet: connect({ will }), input: { type: 'connect', clientId: 'c', keepAlive: 60, will: { topic: 'w', payload: 'bye' } } },
    { name: 'a retained will of QoS 2', hex: `10 15 ${START} 36 003c 0001 'c' ${WILL}`, packet: connect({ will: { ...will, qos: 2, retain: true } }) },
    { name: 'an empty will message', hex: `10 12 ${START} 0e 003c 0001 'c' 0001 'w' 0000`, packet: connect({ will: { ...will, qos: 1, payload: bytes('') } }) },
    { name: 'a user name', hex: `10 10 ${START} 82 003c 0001 'c' 0001 'u'`, packet: connect({ username: 'u' }) },
    { name: 'an empty user name and password', hex: `10 11 ${START} c2 003c 0001 'c' 0000 0000`, packet: connect({ username: '', password: bytes('') }) },
    { name: 'a password of any bytes', hex: `10 14 ${START} c2 003c 0001 'c' 0001 'u' 0002 00ff`, packet: connect({ username: 'u', password: bytes('00ff') }) },
    { name: 'all fields', hex: `10 1c ${START} ee 003c 0001 'c' ${WILL} 0001 'u' 0002 'pw'`, packet: connect({ will: { ...will, qos: 1, retain: true }, username: 'u', password: bytes("'pw'") }) },
    { name: 'a client identifier beyond ASCII', hex: `10 10 ${START} 02 003c 0004 '😀'`, packet: connect({ clientId: '😀' }) },
    { name: 'MQTT 3.1, where it is accepted', hex: "10 0f 0006 'MQIsdp' 03 02 003c 0001 'c'", packet: connect({ protocolName: 'MQIsdp', protocolLevel: 3 }), options: old },
    { name: 'MQTT 3.1 by its level', hex: "10 0f 0006 'MQIsdp' 03 02 003c 0001 'c'", packet: connect({ protocolName: 'MQIsdp', protocolLevel: 3 }), input: { type: 'connect', clientId: 'c', keepAlive: 60, protocolLevel: 3 }, options: old },
    { name: 'a bridge', hex: "10 0d 0004 'MQTT' 84 02 003c 0001 'c'", packet: connect({ bridge: true }), options: bridge },
    { name: 'a bridge of MQTT 3.1', hex: "10 0f 0006 'MQIsdp' 83 02 003c 0001 'c'", packet: connect({ protocolName: 'MQIsdp', protocolLevel: 3, bridge: true }), options: bridge },
  ])

  const row = { packetType: 'connect' } as const
  const short = { ...row, code: 'body-too-short', rule: '§2.2.3' } as const
  const level = {
    ...row,
    code: 'unsupported-protocol-level',
    rule: 'MQTT-3.1.2-2',
    field: 'Protocol Level',
    action: { connack: 1 },
  } as const
  // biome-ignore format: one row per violation
  testMalformed([
    { ...row, name: 'no body', hex: '10 00', code: 'body-too-short', rule: '§3.1.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'half a protocol name', hex: "10 04 0004 'MQ'", code: 'body-too-short', rule: '§3.1.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no level', hex: "10 06 0004 'MQTT'", code: 'body-too-short', rule: '§3.1.1', field: 'Remaining Length', offset: 1 },
    { ...row, name: 'no flags', hex: `10 07 ${START}`, code: 'body-too-short', rule: '§3.1.1', field: 'Remaining Length', offset: 1 },
    { ...short, name: 'half a keep alive', hex: `10 09 ${START} 02 00`, field: 'Keep Alive', offset: 10 },
    { ...short, name: 'no client identifier', hex: `10 0a ${START} 02 003c`, field: 'Client Identifier', offset: 12 },
    { ...short, name: 'a client identifier beyond the packet', hex: `10 0d ${START} 02 003c 0002 'c'`, field: 'Client Identifier', offset: 12 },
    { ...short, name: 'no will topic', hex: `10 0d ${START} 06 003c 0001 'c'`, field: 'Will Topic', offset: 15 },
    { ...short, name: 'no will message', hex: `10 10 ${START} 06 003c 0001 'c' 0001 'w'`, field: 'Will Message', offset: 18 },
    { ...short, name: 'no user name', hex: `10 0d ${START} 82 003c 0001 'c'`, field: 'User Name', offset: 15 },
    { ...short, name: 'no password', hex: `10 10 ${START} c2 003c 0001 'c' 0001 'u'`, field: 'Password', offset: 18 },
    { ...row, name: 'another protocol', hex: "10 0d 0004 'MQTX' 04 02 003c 0001 'c'", code: 'unknown-protocol-name', rule: 'MQTT-3.1.2-1', field: 'Protocol Name', offset: 2 },
    { ...row, name: 'another case', hex: "10 0d 0004 'mqtt' 04 02 003c 0001 'c'", code: 'unknown-protocol-name', rule: 'MQTT-3.1.2-1', field: 'Protocol Name', offset: 2 },
    { ...level, name: 'MQTT 5', hex: "10 0e 0004 'MQTT' 05 02 003c 00 0001 'c'", offset: 8 },
    { ...level, name: 'MQTT 3.1 by default', hex: "10 0f 0006 'MQIsdp' 03 02 003c 0001 'c'", offset: 10 },
    { ...level, name: 'MQTT 3.1.1 where only 3.1 is accepted', hex: `10 0d ${START} 02 003c 0001 'c'`, offset: 8, options: old },
    { ...level, name: 'a bridge by default', hex: "10 0d 0004 'MQTT' 84 02 003c 0001 'c'", offset: 8 },
    { ...level, name: 'the name of 3.1 with the level of 3.1.1', hex: "10 0f 0006 'MQIsdp' 04 02 003c 0001 'c'", offset: 10, options: old },
    { ...row, name: 'the reserved flag', hex: `10 0d ${START} 03 003c 0001 'c'`, code: 'connect-reserved-flag', rule: 'MQTT-3.1.2-3', field: 'Reserved', offset: 9, tolerated: connect({}) },
    { ...row, name: 'a will QoS without will', hex: `10 0d ${START} 0a 003c 0001 'c'`, code: 'will-qos-without-will', rule: 'MQTT-3.1.2-13', field: 'Will QoS', offset: 9, tolerated: connect({}) },
    { ...row, name: 'will retain without will', hex: `10 0d ${START} 22 003c 0001 'c'`, code: 'will-retain-without-will', rule: 'MQTT-3.1.2-15', field: 'Will Retain', offset: 9, tolerated: connect({}) },
    { ...row, name: 'a will with QoS 3', hex: `10 15 ${START} 1e 003c 0001 'c' ${WILL}`, code: 'invalid-qos', rule: 'MQTT-3.1.2-14', field: 'Will QoS', offset: 9 },
    { ...row, name: 'a password without user name', hex: `10 10 ${START} 42 003c 0001 'c' 0001 'p'`, code: 'password-without-username', rule: 'MQTT-3.1.2-22', field: 'Password Flag', offset: 9, tolerated: connect({ password: bytes("'p'") }) },
    { ...row, name: 'an empty client identifier for a persistent session', hex: `10 0c ${START} 00 003c 0000`, code: 'empty-client-identifier', rule: 'MQTT-3.1.3-8', field: 'Client Identifier', offset: 12, action: { connack: 2 }, tolerated: connect({ clientId: '', cleanSession: false }) },
    { ...row, name: 'U+0000 in the client identifier', hex: `10 0d ${START} 02 003c 0001 00`, code: 'null-character', rule: 'MQTT-1.5.3-2', field: 'Client Identifier', offset: 14, tolerated: connect({ clientId: '\0' }) },
    { ...row, name: 'an ill-formed user name', hex: `10 10 ${START} 82 003c 0001 'c' 0001 ff`, code: 'ill-formed-utf8', rule: 'MQTT-1.5.3-1', field: 'User Name', offset: 17, tolerated: connect({ username: '\uFFFD' }) },
    { ...row, name: 'a wildcard in the will topic', hex: `10 15 ${START} 06 003c 0001 'c' 0001 '#' 0003 'bye'`, code: 'wildcard-in-topic-name', rule: 'MQTT-4.7.1-1', field: 'Will Topic', offset: 17, tolerated: connect({ will: { ...will, topic: '#' } }) },
    { ...row, name: 'an empty will topic', hex: `10 14 ${START} 06 003c 0001 'c' 0000 0003 'bye'`, code: 'empty-topic-name', rule: 'MQTT-4.7.3-1', field: 'Will Topic', offset: 15, tolerated: connect({ will: { ...will, topic: '' } }) },
    { ...row, name: 'a byte too many', hex: `10 0e ${START} 02 003c 0001 'c' 00`, code: 'surplus-bytes', rule: '§2.2.3', offset: 15, tolerated: connect({}) },
    { ...row, name: 'flags in the fixed header', hex: `11 0d ${START} 02 003c 0001 'c'`, code: 'reserved-flags', rule: 'MQTT-2.2.2-2', field: 'Flags', offset: 0, tolerated: connect({}) },
  ])

  test.each([0, 3, 5, 0x83, 255])('the error has the unsupported level %i', (level) => {
    const whole = bytes(`10 0c 0004 'MQTT' ${level.toString(16).padStart(2, '0')} 02 0000 0000`)
    expect(() => decode(whole)).toThrow(DecodeError)
    expect(() => decode(whole)).toThrow(expect.objectContaining({ found: level, action: { connack: 1 } }))
  })

  const input = { type: 'connect', clientId: 'c' }
  // biome-ignore format: one row per violation
  testUnencodable([
    { name: 'no client identifier', packet: { type: 'connect' }, code: 'missing-field', field: 'Client Identifier' },
    { name: 'an empty client identifier for a persistent session', packet: { type: 'connect', clientId: '', cleanSession: false }, code: 'empty-client-identifier', field: 'Client Identifier', rule: 'MQTT-3.1.3-7', says: 'if cleanSession is false' },
    { name: 'a number for the client identifier', packet: { type: 'connect', clientId: 7 }, code: 'wrong-field-type', field: 'Client Identifier' },
    { name: 'a client identifier of 65,536 bytes', packet: { type: 'connect', clientId: 'x'.repeat(65_536) }, code: 'field-too-long', field: 'Client Identifier' },
    { name: 'a number for clean session', packet: { ...input, cleanSession: 1 }, code: 'wrong-field-type', field: 'Clean Session' },
    { name: 'text for bridge', packet: { ...input, bridge: 'yes' }, code: 'wrong-field-type', field: 'Protocol Level' },
    ...[-1, 65_536, 0.5, Number.NaN].map((keepAlive) => ({ name: `keep alive ${keepAlive}`, packet: { ...input, keepAlive }, code: 'value-out-of-range' as const, field: 'Keep Alive', rule: '§3.1.2.10' })),
    { name: 'keep alive as text', packet: { ...input, keepAlive: '60' }, code: 'wrong-field-type', field: 'Keep Alive' },
    { name: 'another protocol', packet: { ...input, protocolName: 'HTTP' }, code: 'unknown-protocol-name', field: 'Protocol Name' },
    { name: 'level 5', packet: { ...input, protocolLevel: 5 }, code: 'unsupported-protocol-level', field: 'Protocol Level', says: '4 (MQTT 3.1.1) or 3 (MQTT 3.1)' },
    { name: 'the name of 3.1 with the level of 3.1.1', packet: { ...input, protocolName: 'MQIsdp', protocolLevel: 4 }, code: 'unsupported-protocol-level', field: 'Protocol Level' },
    { name: 'the name of 3.1.1 with the level of 3.1', packet: { ...input, protocolName: 'MQTT', protocolLevel: 3 }, code: 'unsupported-protocol-level', field: 'Protocol Level', property: 'protocolLevel', says: "must be 4 if protocolName is 'MQTT' (MQTT 3.1.1), not 3" },
    ...[{ protocolLevel: 3 }, { protocolName: 'MQIsdp', cleanSession: false }].map((protocol) => ({ name: `an empty client identifier in MQTT 3.1: ${JSON.stringify(protocol)}`, packet: { ...input, ...protocol, clientId: '' }, code: 'empty-client-identifier' as const, field: 'Client Identifier', rule: '§3.1.3.1', says: 'in MQTT 3.1' })),
    ...[
      ['clean', 'cleanSession'], ['keepalive', 'keepAlive'], ['KeepAlive', 'keepAlive'], ['protocolId', 'protocolName'], ['protocolVersion', 'protocolLevel'], ['bridgeMode', 'bridge'], ['user', 'username'], ['userName', 'username'], ['clientID', 'clientId'], ['passwort', 'password'],
    ].map(([name = '', right]) => ({ name: `${name} for ${right}`, packet: { ...input, [name]: 1 }, code: 'unknown-field' as const, property: name, says: `CONNECT ${name} is an unknown field; use ${right} [§3]` })),
    { name: "MQTT 5's properties", packet: { ...input, properties: {} }, code: 'unknown-field', property: 'properties', says: 'only MQTT 5 has it' },
    { name: 'a length', packet: { ...input, length: 14 }, code: 'unknown-field', property: 'length', says: 'the encoder computes lengths itself' },
    { name: 'a field with a name unlike any other', packet: { ...input, 'x\u202e\n': 1 }, code: 'unknown-field', property: 'x\\u{202e}\\u{a}', says: 'the fields are type, protocolName' },
    { name: 'an unknown field of the will', packet: { ...input, will: { topic: 'w', payload: '', QoS: 1 } }, code: 'unknown-field', property: 'will.QoS', says: 'use qos' },
    { name: 'true for the will', packet: { ...input, will: true }, code: 'wrong-field-type', field: 'Will Flag' },
    { name: 'null for the will', packet: { ...input, will: null }, code: 'wrong-field-type', field: 'Will Flag' },
    { name: 'a will without topic', packet: { ...input, will: { payload: '' } }, code: 'missing-field', field: 'Will Topic' },
    { name: 'a will without payload', packet: { ...input, will: { topic: 'w' } }, code: 'missing-field', field: 'Will Message' },
    { name: 'a will with a wildcard', property: 'will.topic', packet: { ...input, will: { topic: '+', payload: '' } }, code: 'wildcard-in-topic-name', field: 'Will Topic', rule: 'MQTT-4.7.1-1' },
    { name: 'a will with QoS 3', packet: { ...input, will: { topic: 'w', payload: '', qos: 3 } }, code: 'invalid-qos', field: 'Will QoS', rule: 'MQTT-3.1.2-14' },
    { name: 'a number for will retain', packet: { ...input, will: { topic: 'w', payload: '', retain: 0 } }, code: 'wrong-field-type', field: 'Will Retain' },
    { name: 'a will message of 65,536 bytes', packet: { ...input, will: { topic: 'w', payload: new Uint8Array(65_536) } }, code: 'field-too-long', field: 'Will Message' },
    { name: 'a password without user name', packet: { ...input, password: 'p' }, code: 'password-without-username', field: 'Password', rule: 'MQTT-3.1.2-22' },
    { name: 'a number for the password', property: 'password', says: 'not a number', packet: { ...input, username: 'u', password: 7 }, code: 'wrong-field-type', field: 'Password' },
    { name: 'a password of 65,536 bytes', packet: { ...input, username: 'u', password: 'x'.repeat(65_536) }, code: 'field-too-long', field: 'Password' },
    { name: 'U+0000 in the user name', packet: { ...input, username: '\0' }, code: 'null-character', field: 'User Name' },
  ])
})
