// Tables 2.1 and 2.2 of the standard, as data.

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
}

const FLAGS_RULE = 'MQTT-2.2.2-2'

/** Tables 2.1 and 2.2, indexed by the packet type's value; 0 and 15 are reserved. */
export const CONTROL_PACKETS: readonly (ControlPacket | undefined)[] = [
  undefined,
  { name: 'connect', sentBy: 'client', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'connack', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'publish', sentBy: 'both', flags: 'publish', flagsRule: FLAGS_RULE },
  { name: 'puback', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'pubrec', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'pubrel', sentBy: 'both', flags: 0b0010, flagsRule: 'MQTT-3.6.1-1' },
  { name: 'pubcomp', sentBy: 'both', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'subscribe', sentBy: 'client', flags: 0b0010, flagsRule: 'MQTT-3.8.1-1' },
  { name: 'suback', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'unsubscribe', sentBy: 'client', flags: 0b0010, flagsRule: 'MQTT-3.10.1-1' },
  { name: 'unsuback', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'pingreq', sentBy: 'client', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'pingresp', sentBy: 'server', flags: 0b0000, flagsRule: FLAGS_RULE },
  { name: 'disconnect', sentBy: 'client', flags: 0b0000, flagsRule: 'MQTT-3.14.1-1' },
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

/** The fixed header's first byte: the packet type in the upper four bits, the flags in the lower four (§2.2). */
export const packetTypeOf = (firstByte: number): number => firstByte >> 4
export const flagsOf = (firstByte: number): number => firstByte & 0x0f

/** The flags of a PUBLISH (§3.3.1). */
export const DUP = 0b1000
export const RETAIN = 0b0001
export const qosOf = (flags: number): number => (flags >> 1) & 0b11

/** The largest packet identifier, keep alive, and length of text or binary data: two bytes' worth (§1.5.2). */
export const MAX_UINT16 = 65_535
