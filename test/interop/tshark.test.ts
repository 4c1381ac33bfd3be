import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Connect, encode, type PacketInput, PacketType, type PacketTypeName } from '../../src/index.ts'
import { generatePackets } from '../../src/testing/index.ts'
import { input } from '../support/vectors.ts'
import { corpus } from '../vectors/corpus.ts'
import { programPath } from './peers/installed.ts'
import { dissected, type Field } from './tshark.ts'

// tshark's dissector reads our packets field by field. It shows what the fields are, not whether they are valid.

/** The maximum size in an IP packet. sessions.test.ts sends larger packets to the brokers. */
const MOST_BYTES = 60_000
const GENERATED = 2_000

/** A field that tshark must show: its name, and its number or its bytes in hexadecimal. */
type Shown = readonly [name: string, value: number | string]

const text = (content: string | Uint8Array): string => Buffer.from(content as string).toString('hex')
const bit = (flag: boolean | undefined): number => Number(flag ?? false)
const prefixed = (name: string, content: string | Uint8Array): Shown[] => [
  [`${name}_len`, Buffer.byteLength(content as string)],
  [name, text(content)],
]

function fixedHeader(packet: PacketInput, bytes: Uint8Array): Shown[] {
  const type = PacketType[packet.type.toUpperCase() as Uppercase<PacketTypeName>]
  const own: Shown[] =
    packet.type === 'publish'
      ? [
          ['mqtt.dupflag', bit(packet.dup)],
          ['mqtt.qos', packet.qos ?? 0],
          ['mqtt.retain', bit(packet.retain)],
        ]
      : [['mqtt.hdr_reserved', ['pubrel', 'subscribe', 'unsubscribe'].includes(packet.type) ? 2 : 0]]
  const sizeOfLength = [1, 2, 3, 4].find((size) => bytes.length - 1 - size < 128 ** size)!
  return [['mqtt.msgtype', type], ...own, ['mqtt.len', bytes.length - 1 - sizeOfLength]]
}

function connectFields(packet: Connect): Shown[] {
  const { protocolName, protocolLevel, bridge, will, username, password } = packet
  return [
    ...prefixed('mqtt.protoname', protocolName).map(
      ([name, value]): Shown => [name.replace('protoname_len', 'proto_len'), value],
    ),
    ['mqtt.ver', protocolLevel + (bridge ? 0x80 : 0)],
    ['mqtt.conflag.uname', bit(username !== undefined)],
    ['mqtt.conflag.passwd', bit(password !== undefined)],
    ['mqtt.conflag.retain', bit(will?.retain)],
    ['mqtt.conflag.qos', will?.qos ?? 0],
    ['mqtt.conflag.willflag', bit(will !== undefined)],
    ['mqtt.conflag.cleansess', bit(packet.cleanSession)],
    ['mqtt.conflag.reserved', 0],
    ['mqtt.kalive', packet.keepAlive],
    ...prefixed('mqtt.clientid', packet.clientId),
    ...(will ? [...prefixed('mqtt.willtopic', will.topic), ...prefixed('mqtt.willmsg', will.payload)] : []),
    ...(username === undefined ? [] : prefixed('mqtt.username', username)),
    ...(password === undefined ? [] : prefixed('mqtt.passwd', password)),
  ]
}

function body(packet: PacketInput): Shown[] {
  switch (packet.type) {
    case 'connect':
      return connectFields(packet as Connect)
    case 'connack':
      return [
        ['mqtt.conack.flags.reserved', 0],
        ['mqtt.conack.flags.sp', bit(packet.sessionPresent)],
        ['mqtt.conack.val', packet.returnCode],
      ]
    case 'publish':
      return [
        ...prefixed('mqtt.topic', packet.topic),
        ...identifier(packet),
        ['mqtt.msg', text(packet.payload as Uint8Array)],
      ]
    case 'subscribe':
      return [
        ...identifier(packet),
        ...packet.subscriptions.flatMap(({ topicFilter, qos = 0 }): Shown[] => [
          ...prefixed('mqtt.topic', topicFilter),
          ['mqtt.sub.qos', qos],
        ]),
      ]
    case 'suback':
      return [...identifier(packet), ...packet.returnCodes.map((code): Shown => ['mqtt.suback.qos', code])]
    case 'unsubscribe':
      return [
        ...identifier(packet),
        ...packet.topicFilters.flatMap((filter) => prefixed('mqtt.topic', filter)),
      ]
    case 'pingreq':
    case 'pingresp':
    case 'disconnect':
      return []
    default:
      return identifier(packet)
  }
}

function identifier({ packetId }: { readonly packetId?: number | undefined }): Shown[] {
  return packetId === undefined ? [] : [['mqtt.msgid', packetId]]
}

/** tshark treats a password as text, and shows nothing of one that starts with U+0000. */
function hasHiddenPassword(packet: PacketInput): boolean {
  return packet.type === 'connect' && packet.password?.[0] === 0
}

/** The fields with a value, without the bytes that only group their bits. */
function leaves({ name, value, show, fields }: Field): [name: string, value: string, show: string][] {
  if (fields.length > 0) return fields.flatMap(leaves)
  return value === '' || name === 'mqtt.conack.flags' ? [] : [[name, value, show]]
}

const program = programPath('tshark')
const isMissing = program === undefined && process.env.CI !== 'true'
if (isMissing) console.log('Skipped: tshark is not installed (Debian: apt-get install tshark).')

describe.skipIf(isMissing)('tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-tshark-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const packets = corpus.valid.map(({ packet }) => input(packet))
  const isOther = (packet: PacketInput): boolean =>
    packet.type === 'connect' && (packet.bridge === true || packet.protocolLevel === 3)

  test.each([
    ['of the corpus', packets.filter((packet) => !isOther(packet))],
    // In a separate capture, because tshark reads the packets after a CONNECT by its level.
    ['of bridges and of MQTT 3.1', packets.filter(isOther)],
    ['generated', [...generatePackets(0x311, GENERATED)] as PacketInput[]],
  ])('agrees on every field of every packet, %s', (_, packets) => {
    const shown = packets.filter(
      (packet) => encode(packet).length <= MOST_BYTES && !hasHiddenPassword(packet),
    )
    expect(shown.length).toBeGreaterThan(0)
    const frames = dissected(
      shown.map((packet) => encode(packet)),
      folder,
    )
    expect(frames.length).toBe(shown.length)
    for (const [index, packet] of shown.entries()) {
      const expected = [...fixedHeader(packet, encode(packet)), ...body(packet)].filter(
        ([, value]) => value !== '',
      )
      const seen = frames[index]!.flatMap(leaves)
      const actual = seen.map(
        ([name, value, show], at): Shown => [
          name,
          typeof expected[at]?.[1] === 'number' ? Number(show) : value,
        ],
      )
      expect(actual).toEqual(expected)
    }
  })
})
