// Tables 2.1 and 2.2 of the standard as data, and the limits that all packet types share.

/** The control packet types of Table 2.1, by the value of the fixed header's first four bits. */
export const PacketType = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
} as const

/** The value of a control packet type, 1 to 14. */
export type PacketType = (typeof PacketType)[keyof typeof PacketType]

/** The control packet types by name, as the `type` of a packet. */
export type PacketTypeName = Lowercase<keyof typeof PacketType>

/** §4.3: at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2

/** One end of a connection. */
export type Role = 'client' | 'server'

/** The value of the fixed header's flags as a reserved pattern, or `'publish'` where they have a meaning of their own. */
type Flags = number | 'publish'

interface ControlPacket {
  readonly name: PacketTypeName
  /** Table 2.1, direction of flow. */
  readonly sentBy: Role | 'both'
  /** Table 2.2. */
  readonly flags: Flags
  /** The statement that demands the flags. */
  readonly flagsRule: string
  /** The least Remaining Length: the bytes of the fields that every packet of the type has. */
  readonly least: number
  /** The greatest Remaining Length. */
  readonly most: number
  /** The section on the fixed header, which gives the Remaining Length. */
  readonly lengthRule: string
}

/** The largest Remaining Length: 268,435,455 bytes (§2.2.3, Table 2.4). */
export const MAX_REMAINING_LENGTH = 268_435_455

/** The largest packet: a fixed header of five bytes and a body of {@link MAX_REMAINING_LENGTH}. */
export const MAX_PACKET_SIZE = 268_435_460

const FLAGS_RULE = 'MQTT-2.2.2-2'
const ANY = MAX_REMAINING_LENGTH

/** Tables 2.1 and 2.2, indexed by the packet type's value; 0 and 15 are reserved. */
// biome-ignore format: a table, one row per packet type
export const CONTROL_PACKETS: readonly (ControlPacket | undefined)[] = [
  undefined,
  { name: 'connect', sentBy: 'client', flags: 0b0000, flagsRule: FLAGS_RULE, least: 8, most: ANY, lengthRule: '§3.1.1' },
  { name: 'connack', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: 2, lengthRule: '§3.2.1' },
  { name: 'publish', sentBy: 'both', flags: 'publish', flagsRule: FLAGS_RULE, least: 2, most: ANY, lengthRule: '§3.3.1' },
  { name: 'puback', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: 2, lengthRule: '§3.4.1' },
  { name: 'pubrec', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: 2, lengthRule: '§3.5.1' },
  { name: 'pubrel', sentBy: 'both', flags: 0b0010, flagsRule: 'MQTT-3.6.1-1', least: 2, most: 2, lengthRule: '§3.6.1' },
  { name: 'pubcomp', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: 2, lengthRule: '§3.7.1' },
  { name: 'subscribe', sentBy: 'client', flags: 0b0010, flagsRule: 'MQTT-3.8.1-1', least: 2, most: ANY, lengthRule: '§3.8.1' },
  { name: 'suback', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: ANY, lengthRule: '§3.9.1' },
  { name: 'unsubscribe', sentBy: 'client', flags: 0b0010, flagsRule: 'MQTT-3.10.1-1', least: 2, most: ANY, lengthRule: '§3.10.1' },
  { name: 'unsuback', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE, least: 2, most: 2, lengthRule: '§3.11.1' },
  { name: 'pingreq', sentBy: 'client', flags: 0b0000, flagsRule: FLAGS_RULE, least: 0, most: 0, lengthRule: '§3.12.1' },
  { name: 'pingresp', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE, least: 0, most: 0, lengthRule: '§3.13.1' },
  { name: 'disconnect', sentBy: 'client', flags: 0b0000, flagsRule: 'MQTT-3.14.1-1', least: 0, most: 0, lengthRule: '§3.14.1' },
  undefined,
]

/** The first byte by packet type: Table 2.1's value and Table 2.2's flags [MQTT-2.2.2-1]. PUBLISH adds its own. */
export const FIRST_BYTE: Readonly<Record<PacketTypeName, number>> = Object.fromEntries(
  CONTROL_PACKETS.flatMap((packet, type) =>
    packet === undefined
      ? []
      : [[packet.name, packet.flags === 'publish' ? type << 4 : (type << 4) | packet.flags]],
  ),
) as Record<PacketTypeName, number>

/** The type of the packet that a first byte starts; undefined for the reserved types 0 and 15. */
export const packetTypeNameOf = (firstByte: number): PacketTypeName | undefined =>
  CONTROL_PACKETS[packetTypeOf(firstByte)]?.name

/** The fixed header's first byte: the packet type in the upper four bits, the flags in the lower four (§2.2). */
export const packetTypeOf = (firstByte: number): number => firstByte >> 4
export const flagsOf = (firstByte: number): number => firstByte & 0x0f

/** The flags of a PUBLISH (§3.3.1). */
export const DUP = 0b1000
export const RETAIN = 0b0001
export const qosOf = (flags: number): number => (flags >> 1) & 0b11

/** The largest packet identifier, keep alive, and length of text or binary data: two bytes' worth (§1.5.2). */
export const MAX_UINT16 = 65_535
