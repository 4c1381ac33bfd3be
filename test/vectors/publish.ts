// §3.3, PUBLISH.

import { hexOf, lengthTooShort, malformed, publish, type Section, valid, type Wrong } from './rows.ts'

const LONGEST = 65_535
const TOPIC_TOO_SHORT: Wrong = ['body-too-short', 'Topic Name']
const LENGTH_TOO_SHORT = lengthTooShort('publish')
const IDENTIFIER_TOO_SHORT: Wrong = ['body-too-short', 'Packet Identifier']
const ZERO: Wrong = ['packet-identifier-zero', 'Packet Identifier']
const WILDCARD: Wrong = ['wildcard-in-topic-name', 'Topic Name']

const QOS = [
  { qos: 1, first: '32' },
  { qos: 2, first: '34' },
] as const

// biome-ignore format: one row per packet
export const publishSection: Section = {
  valid: [
    valid('PUBLISH: minimal', "30 (['a'])", publish({ topic: 'a', payload: '' }), 'MQTT-3.3.2-1', { also: ['§3.3.3'] }),
    valid('PUBLISH: a payload of any bytes', "30 (['a/b'] 00ffc080eda080)", publish({ payload: '00ffc080eda080' }), '§3.3.3'),
    valid('PUBLISH QoS 0: what would be a packet identifier is payload', "30 (['a/b'] 0007)", publish({ payload: '0007' }), 'MQTT-2.3.1-5'),
    valid('PUBLISH QoS 0: two bytes of 0 are payload', "30 (['a/b'] 0000)", publish({ payload: '0000' }), 'MQTT-2.3.1-5'),
    ...QOS.flatMap(({ qos, first }) => [
      valid(`PUBLISH QoS ${qos}: packet identifier 1`, `${first} (['a/b'] 0001 'hi')`, publish({ qos, packetId: 1 }), 'MQTT-2.3.1-1'),
      valid(`PUBLISH QoS ${qos}: packet identifier 256, the most significant byte first`, `${first} (['a/b'] 0100 'hi')`, publish({ qos, packetId: 256 }), '§1.5.2'),
      valid(`PUBLISH QoS ${qos}: packet identifier 65,535`, `${first} (['a/b'] ffff 'hi')`, publish({ qos, packetId: 65_535 }), 'MQTT-2.3.1-1'),
      valid(`PUBLISH QoS ${qos}: no payload`, `${first} (['a/b'] 0007)`, publish({ qos, packetId: 7, payload: '' }), '§3.3.3'),
    ]),
    valid('PUBLISH Topic Name: 65,535 bytes', `30 (['t'*${LONGEST}])`, publish({ topic: 't'.repeat(LONGEST), payload: '' }), 'MQTT-4.7.3-3', { also: ['§1.5.3'] }),
    valid('PUBLISH Topic Name: 65,534 bytes in characters of three', `30 (['温'*21844 'ab'])`, publish({ topic: `${'温'.repeat(21_844)}ab`, payload: '' }), 'MQTT-4.7.3-3'),
    valid('PUBLISH Topic Name: 32 bytes', "30 (['0123456789abcdef0123456789abcdef'])", publish({ topic: '0123456789abcdef0123456789abcdef', payload: '' }), 'MQTT-3.3.2-1'),
    valid('PUBLISH Topic Name: 33 bytes', "30 (['0123456789abcdef0123456789abcdef/'])", publish({ topic: '0123456789abcdef0123456789abcdef/', payload: '' }), 'MQTT-3.3.2-1'),
    ...['/', '//', '/a', 'a/', 'a//b', ' ', 'a b', '$SYS/broker', '$', 'ACCOUNTS', 'Accounts payable'].map((topic) =>
      valid(`PUBLISH Topic Name: "${topic}"`, `30 (['${topic}'] 'hi')`, publish({ topic }), 'MQTT-4.7.3-1', { also: ['§4.7.1.1', '§4.7.3'] })),
  ],
  malformed: [
    malformed('PUBLISH: no body', '30 ^ ()', LENGTH_TOO_SHORT, { also: ['MQTT-3.3.2-1'] }),
    malformed('PUBLISH: half a length', '30 ^ (00)', LENGTH_TOO_SHORT),
    malformed('PUBLISH: a length, and no topic', '30 (^ 0001)', TOPIC_TOO_SHORT),
    malformed('PUBLISH Topic Name: one byte longer than the packet', "30 (^ [+1 'a/b'])", TOPIC_TOO_SHORT),
    malformed('PUBLISH Topic Name: 65,535 bytes announced', "30 (^ ffff 'a/b')", TOPIC_TOO_SHORT),
    malformed('PUBLISH Topic Name: empty', "30 (^ [] 'hi')", ['empty-topic-name', 'Topic Name'], { tolerated: publish({ topic: '' }) }),
    ...QOS.flatMap(({ qos, first }) => [
      malformed(`PUBLISH QoS ${qos}: no body`, `${first} ^ ()`, LENGTH_TOO_SHORT),
      malformed(`PUBLISH QoS ${qos}: three bytes, too few for a topic name and a packet identifier`, `${first} ^ (0001 'a')`, LENGTH_TOO_SHORT),
      malformed(`PUBLISH QoS ${qos}: four bytes of topic name`, `${first} (^ 0003 'ab')`, TOPIC_TOO_SHORT),
      malformed(`PUBLISH QoS ${qos}: no packet identifier`, `${first} (['a/b'] ^)`, IDENTIFIER_TOO_SHORT, { also: ['MQTT-2.3.1-1'] }),
      malformed(`PUBLISH QoS ${qos}: half a packet identifier`, `${first} (['a/b'] ^ 00)`, IDENTIFIER_TOO_SHORT),
      malformed(`PUBLISH QoS ${qos}: packet identifier 0`, `${first} (['a/b'] ^ 0000 'hi')`, ZERO, { tolerated: publish({ qos, packetId: 0 }) }),
      malformed(`PUBLISH QoS ${qos} Topic Name: one byte too long`, `${first} ([+1 'a/b'] ^ 00 ^^ 07)`, ['null-character', 'Topic Name'], { further: [['body-too-short', 'Packet Identifier']] }),
      malformed(`PUBLISH QoS ${qos} Topic Name: empty, and packet identifier 0`, `${first} (^ [] ^^ 0000 'hi')`, ['empty-topic-name', 'Topic Name'], { further: [ZERO], tolerated: publish({ topic: '', qos, packetId: 0 }) }),
    ]),
    ...['#', '+', 'a/#', 'a/+', '+/a', 'a/+/b', 'a#', '#a', 'a+b', '/#', '0123456789abcdef0123456789abcdef#'].map((topic) => {
      const at = topic.search(/[+#]/)
      return malformed(`PUBLISH Topic Name: "${topic}"`, `30 (['${topic.slice(0, at)}' ^ '${topic.slice(at)}'] 'hi')`, WILDCARD, { also: ['MQTT-4.7.1-1'], tolerated: publish({ topic }) })
    }),
    malformed('PUBLISH Topic Name: U+0000 before a wildcard', "30 ([^ 00 ^^ '#'] 'hi')", ['null-character', 'Topic Name'], { further: [WILDCARD], tolerated: publish({ topic: '\0#', payload: hexOf('hi') }) }),
    malformed('PUBLISH: DUP with QoS 0, an empty topic', "^ 38 (^^ [] 'hi')", ['dup-with-qos-0', 'DUP flag'], { also: ['MQTT-4.3.1-1'], further: [['empty-topic-name', 'Topic Name']], tolerated: publish({ dup: true, topic: '' }) }),
  ],
}
