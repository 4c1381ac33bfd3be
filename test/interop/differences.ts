import type { MalformedVector } from '../vectors/vectors.d.cts'
import type { Row } from './verdict.ts'

/** A difference between a broker and mqtt-wire, and what the standard says. */
export interface Difference {
  readonly what: string
  readonly why: string
  covers(row: Row, packetType: number): boolean
}

const [CONNECT, PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ] = [1, 4, 5, 6, 7, 12]
const NOT_IN_A_USER_NAME = ['control-character', 'non-character', 'null-character', 'ill-formed-utf8']
/** The length in bytes of the prefix of a text or binary field. */
const PREFIX = 2
const hasCode = (row: Row, code: string): row is MalformedVector => 'code' in row && row.code === code
const isOf31 = ({ options }: Row): boolean => options?.protocols?.join() === '3.1'
const levelOf = (row: Row): number | undefined => ('code' in row ? row.found : undefined)

/** Characters that §1.5.3 only advises against. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILL_ADVISED = /[\u0001-\u001F\u007F-\u009F\uFDD0-\uFDEF\uFFFE\uFFFF\u{1FFFE}\u{10FFFF}]/u

const MQTT_5: Difference = {
  what: 'mosquitto accepts MQTT 5, and bridges of MQTT 5',
  why: 'another standard',
  covers: (row) => hasCode(row, 'unsupported-protocol-level') && [5, 0x85].includes(levelOf(row)!),
}

export const MOSQUITTO: readonly Difference[] = [
  {
    what: 'mosquitto ignores the reserved flags of PUBACK, PUBREC, PUBCOMP and PINGREQ',
    why: '[MQTT-2.2.2-2] requires the receiver of invalid flags to close the connection',
    covers: (row, type) =>
      hasCode(row, 'reserved-flags') && [PUBACK, PUBREC, PUBCOMP, PINGREQ].includes(type),
  },
  {
    what: 'mosquitto ignores DUP with QoS 0',
    why: '[MQTT-3.3.1-2] requires DUP 0 in all QoS 0 messages',
    covers: (row) => hasCode(row, 'dup-with-qos-0'),
  },
  {
    what: 'mosquitto skips the bytes after the packet identifier of an acknowledgement, and any body of PINGREQ',
    why: '§3.4.1 to §3.7.1 and §3.12.1 set their Remaining Length to 2 and 0; MQTT 5 allows these bytes',
    covers: (row, type) =>
      hasCode(row, 'surplus-bytes') && [PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ].includes(type),
  },
  {
    what: 'mosquitto accepts MQTT 3.1 and bridges of MQTT 3.1.1',
    why: '[MQTT-3.1.2-2] is about levels that the server does not support; set `protocols` to support them',
    covers: (row) => hasCode(row, 'unsupported-protocol-level') && [3, 0x84].includes(levelOf(row)!),
  },
  MQTT_5,
  {
    what: 'mosquitto closes on control characters and non-characters in text',
    why: '§1.5.3: the sender SHOULD NOT send them, and the receiver MAY close',
    covers: (row) => 'packet' in row && !('code' in row) && ILL_ADVISED.test(textOf(row.packet)),
  },
  {
    what: 'mosquitto closes on a topic filter of more than 200 levels',
    why: '§4.7.3 has no limit but 65,535 bytes; a server may have its own, as CVE-2019-11779 suggests',
    covers: (row) => 'packet' in row && row.advisory === 'CVE-2019-11779',
  },
]

/** The differences between `presets.mosquitto2` and mosquitto. */
export const MOSQUITTO_PRESET: readonly Difference[] = [
  MQTT_5,
  {
    what: "mosquitto ignores the fixed header's flags in a CONNECT of MQTT 3.1",
    why: 'if both protocols are accepted, these flags are judged by the rules of 3.1.1, before the protocol name arrives',
    covers: (row, type) => type === CONNECT && isOf31(row) && !row.hex.startsWith('10'),
  },
  {
    what: 'mosquitto accepts SUBSCRIBE and UNSUBSCRIBE of MQTT 3.1 without a topic filter',
    why: '3.1 says nothing of an empty list; in MQTT 3.1.1 mosquitto closes on one, and `tolerate` applies to both protocols',
    covers: (row) => isOf31(row) && hasCode(row, 'no-topic-filter'),
  },
  {
    what: 'mosquitto ignores a User Name of MQTT 3.1 that has control characters, non-characters, U+0000 or ill-formed UTF-8',
    why: 'it reads the CONNECT as one without a user name; in MQTT 3.1.1 it closes',
    covers: (row) =>
      isOf31(row) && 'code' in row && row.field === 'User Name' && NOT_IN_A_USER_NAME.includes(row.code),
  },
  {
    what: 'mosquitto ignores a User Name or Password of MQTT 3.1 if the packet ends after its length',
    why: 'it reads the CONNECT as one without the field; 3.1 lets the field be missing, but not incomplete',
    covers: (row) =>
      isOf31(row) &&
      hasCode(row, 'body-too-short') &&
      ['User Name', 'Password'].includes(row.field ?? '') &&
      row.hex.length === 2 * (row.offset + PREFIX),
  },
]

/** For valid rows. The others are not sent to RabbitMQ. */
export const RABBITMQ: readonly Difference[] = [
  {
    what: 'RabbitMQ refuses user names that it does not know, with return code 4',
    why: '[MQTT-3.1.4-2] allows a server to authenticate clients; it has decoded the whole packet',
    covers: (row) => hasUserName(row),
  },
  {
    what: 'RabbitMQ no longer answers a client that sends PUBREC, PUBREL or PUBCOMP',
    why: 'it grants at most QoS 1, as [MQTT-3.8.4-6] allows; but §4.3.3 requires the receiver of PUBREL to answer',
    covers: (_, type) => [PUBREC, PUBREL, PUBCOMP].includes(type),
  },
]

/** For valid rows, too. */
export const AEDES: readonly Difference[] = [
  {
    what: 'aedes closes on a PUBLISH to a topic that starts with $SYS/',
    why: '§4.7.2 reserves these topics for servers, which SHOULD prevent clients from using them',
    covers: (row) => 'packet' in row && row.packet.type === 'publish' && row.packet.topic.startsWith('$SYS/'),
  },
  {
    what: 'aedes closes on a topic filter of more than 100 levels',
    why: '§4.7.3 has no limit but 65,535 bytes; a server may have its own, as CVE-2019-11779 suggests',
    covers: (row) => 'packet' in row && row.advisory === 'CVE-2019-11779',
  },
]

function hasUserName(row: Row): boolean {
  return 'packet' in row && row.packet.type === 'connect' && row.packet.username !== undefined
}

/** The differences that explain a row. */
export function explaining<Kind extends Difference>(differences: readonly Kind[], row: Row): Kind[] {
  return differences.filter(({ covers }) => covers(row, Number.parseInt(row.hex.slice(0, 1), 16)))
}

/** All strings of a packet. */
function textOf(packet: unknown): string {
  if (typeof packet === 'string') return packet
  return typeof packet === 'object' && packet !== null ? Object.values(packet).map(textOf).join('') : ''
}
