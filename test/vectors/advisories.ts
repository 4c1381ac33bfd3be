// Packets from published advisories, and other protocols that reach the port of a broker.

import {
  lengthTooLong,
  lengthTooShort,
  malformed,
  publish,
  type Section,
  stream,
  valid,
  type Wrong,
} from './rows.ts'

const TOPIC_TOO_SHORT: Wrong = ['body-too-short', 'Topic Name']
const SEPARATORS = 65_400
const MQTT_5 = "['MQTT'] ^ 05 02 003c 05 1100000078 ['c']"

const HTTP = "^ 'GET / HTTP/1.1' 0d0a 'Host: broker' 0d0a0d0a"
const CLIENT_HELLO = '^ 16 0301 [01 00 [0303 11*32 00 [1301 1302] 01 00 [000b [03 00 01 02]]]]'

// biome-ignore format: one row per advisory
export const advisories: Section = {
  valid: [
    valid('a filter of 65,400 separators', `82 (0001 ['/'*${SEPARATORS}] 00)`, { type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '/'.repeat(SEPARATORS), qos: 0 }] }, 'MQTT-4.7.3-3', {
      advisory: 'CVE-2019-11779',
    }),
    valid('a topic name that is only $', "30 (['$'])", publish({ topic: '$', payload: '' }), '§4.7.2', { advisory: 'CVE-2018-12543' }),
  ],
  malformed: [
    malformed('a filter of 65,400 separators, where the limit is 128 levels', `82 (0001 ['/'*127 ^ '/'*${SEPARATORS - 127}] 00)`, ['too-many-topic-levels', 'Topic Filter'], {
      advisory: 'CVE-2019-11779', options: { maxTopicLevels: 128 },
    }),
    malformed('a PUBLISH whose topic name is empty', '30 (^ [])', ['empty-topic-name', 'Topic Name'], { advisory: 'CVE-2021-34432', tolerated: publish({ topic: '', payload: '' }) }),
    malformed('a topic name longer than its packet', "30 (^ ffff 'ABCDE')", TOPIC_TOO_SHORT, { advisory: 'CVE-2026-54412' }),
    malformed('a topic name one byte longer than its packet', "30 (^ 0006 'ABCDE')", TOPIC_TOO_SHORT, { advisory: 'CVE-2019-17210' }),
    malformed('a SUBSCRIBE without a topic filter', '82 (0001 ^)', ['no-topic-filter', 'Topic Filter'], { advisory: 'CVE-2017-2893', tolerated: { type: 'subscribe', packetId: 1, subscriptions: [] } }),
    malformed('a Remaining Length of five bytes', "30 808080 ^ 80 01 ['a'] 'b'", ['remaining-length-too-long', 'Remaining Length'], { advisory: 'CVE-2025-66168' }),
    malformed('an overlong separator in a topic name', "30 ([^ c0af 'a'])", ['ill-formed-utf8', 'Topic Name'], { advisory: 'CVE-2017-7653', tolerated: publish({ topic: '\uFFFD\uFFFDa', payload: '' }) }),
    malformed('a PUBACK without its packet identifier', '40 ^ ()', lengthTooShort('puback'), { advisory: 'mqtt-packet 9.0.2 accepts it' }),
    malformed('an MQTT 5 CONNECT', `10 (${MQTT_5})`, ['unsupported-protocol-level', 'Protocol Level'], { advisory: 'MQTT 5', found: 5 }),
  ],
  streams: [
    stream('a TLS ClientHello', CLIENT_HELLO, [], '§2.2.2', { advisory: 'TLS on the plain port', wrong: ['reserved-flags', 'Flags'] }),
    stream('an HTTP request', HTTP, [], '§2.2.2', { advisory: 'HTTP on the plain port', wrong: ['reserved-flags', 'Flags'] }),
    stream('an HTTP POST, whose first bytes are a PUBREC of 79 bytes', "50 ^ 4f 'ST / HTTP/1.1' 0d0a 'Host: broker' 0d0a0d0a", [], '§3.5.1', { advisory: 'HTTP on the plain port', wrong: lengthTooLong('pubrec') }),
    stream('a PUBACK that claims 200,000,000 bytes', '40 ^ 8084af5f 0007', [], '§3.4.1', { wrong: lengthTooLong('puback') }),
    stream('a first packet that is not a CONNECT and claims 268,435,455 bytes', '30 ffffff7f', [], '§2.2.3', { advisory: 'CVE-2023-0809', incomplete: 5 }),
    stream('a first packet that is not a CONNECT and claims too much', '30 ^ ffffff7f', [], '§2.2.3', {
      advisory: 'CVE-2023-0809', options: { maxPacketSize: 1_024 }, wrong: ['packet-too-large', 'Remaining Length'],
    }),
    stream('an answer larger than the client accepts', '20 ^ ffffff7f 0000', [], '§3.2.1', {
      advisory: 'CVE-2021-41036', options: { maxPacketSize: 1_024, role: 'client' }, wrong: lengthTooLong('connack'),
    }),
  ],
}
