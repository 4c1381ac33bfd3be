import type { MalformedVector } from '../vectors/vectors.d.cts'
import type { Row } from './verdict.ts'

/** Where a broker and mqtt-wire do not agree, and what the standard says. */
export interface Difference {
  readonly what: string
  readonly why: string
  covers(row: Row, packetType: number): boolean
}

const [CONNECT, PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ] = [1, 4, 5, 6, 7, 12]
const hasCode = (row: Row, code: string): row is MalformedVector => 'code' in row && row.code === code
const levelOf = (row: Row): number | undefined => ('code' in row ? row.found : undefined)

/** What the standard only advises against (§1.5.3). */
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
    why: '[MQTT-2.2.2-2] has the receiver of invalid flags close the connection',
    covers: (row, type) =>
      hasCode(row, 'reserved-flags') && [PUBACK, PUBREC, PUBCOMP, PINGREQ].includes(type),
  },
  {
    what: 'mosquitto ignores DUP with QoS 0',
    why: '[MQTT-3.3.1-2] has it 0 in all QoS 0 messages',
    covers: (row) => hasCode(row, 'dup-with-qos-0'),
  },
  {
    what: 'mosquitto skips what stands behind the packet identifier of an acknowledgement, and any body of PINGREQ',
    why: '§3.4.1 to §3.7.1 and §3.12.1 give their Remaining Length as 2 and as 0; the bytes are those of MQTT 5',
    covers: (row, type) =>
      hasCode(row, 'surplus-bytes') && [PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ].includes(type),
  },
  {
    what: 'mosquitto takes MQTT 3.1 and bridges of MQTT 3.1.1',
    why: '[MQTT-3.1.2-2] speaks of levels that the server does not support; `protocols` is the place to support them',
    covers: (row) => hasCode(row, 'unsupported-protocol-level') && [3, 0x84].includes(levelOf(row)!),
  },
  MQTT_5,
  {
    what: 'mosquitto closes on control characters and non-characters in text',
    why: '§1.5.3 says SHOULD NOT to the sender and MAY close to the receiver',
    covers: (row) => 'packet' in row && !('code' in row) && ILL_ADVISED.test(textOf(row.packet)),
  },
  {
    what: 'mosquitto closes on a topic filter of more than 200 levels',
    why: '§4.7.3 has no limit but that of 65,535 bytes; a server may have its own, as CVE-2019-11779 suggests',
    covers: (row) => 'packet' in row && row.advisory === 'CVE-2019-11779',
  },
]

/** Where `presets.mosquitto2` and mosquitto do not agree. */
export const MOSQUITTO_PRESET: readonly Difference[] = [
  MQTT_5,
  {
    what: 'mosquitto ignores the fixed header’s flags in a CONNECT of MQTT 3.1',
    why: 'where both protocols are accepted, these flags are judged before the protocol name has come, by 3.1.1',
    covers: (row, type) =>
      type === CONNECT && row.options?.protocols?.join() === '3.1' && !row.hex.startsWith('10'),
  },
]

/** Of valid rows: the others are not sent to it. */
export const RABBITMQ: readonly Difference[] = [
  {
    what: 'RabbitMQ refuses user names that it does not know, with return code 4',
    why: '[MQTT-3.1.4-2] lets the server check who is there; it has read the packet to its end',
    covers: (row) => hasUserName(row),
  },
  {
    what: 'RabbitMQ says nothing any more to who sends PUBREC, PUBREL or PUBCOMP',
    why: 'it grants QoS 1 at most, as [MQTT-3.8.4-6] allows; but §4.3.3 has the receiver of PUBREL answer',
    covers: (_, type) => [PUBREC, PUBREL, PUBCOMP].includes(type),
  },
]

/** Of valid rows, as well. */
export const AEDES: readonly Difference[] = [
  {
    what: 'aedes closes on a PUBLISH to a topic that starts with $SYS/',
    why: '§4.7.2 leaves these topics to servers, and clients SHOULD be kept from using them',
    covers: (row) => 'packet' in row && row.packet.type === 'publish' && row.packet.topic.startsWith('$SYS/'),
  },
  {
    what: 'aedes closes on a topic filter of more than 100 levels',
    why: '§4.7.3 has no limit but that of 65,535 bytes; a server may have its own, as CVE-2019-11779 suggests',
    covers: (row) => 'packet' in row && row.advisory === 'CVE-2019-11779',
  },
]

function hasUserName(row: Row): boolean {
  return 'packet' in row && row.packet.type === 'connect' && row.packet.username !== undefined
}

/** Those that make up for a row on which two do not agree. */
export function explaining<Kind extends Difference>(differences: readonly Kind[], row: Row): Kind[] {
  return differences.filter(({ covers }) => covers(row, Number.parseInt(row.hex.slice(0, 1), 16)))
}

/** All strings of a packet. */
function textOf(packet: unknown): string {
  if (typeof packet === 'string') return packet
  return typeof packet === 'object' && packet !== null ? Object.values(packet).map(textOf).join('') : ''
}
