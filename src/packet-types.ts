// Tables 2.1 and 2.2 of the standard as data, and the limits that apply to all packet types.

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

/** The names of the control packet types: the `type` of a packet. */
export type PacketTypeName = Lowercase<keyof typeof PacketType>

/** Quality of Service (§4.3): at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2

/** One end of a connection. */
export type Role = 'client' | 'server'

/** The reserved value of the fixed header's flags, or `'publish'` if they have a meaning. */
type Flags = number | 'publish'

interface ControlPacket {
  readonly name: PacketTypeName
  /** Table 2.1: direction of flow. */
  readonly sentBy: Role | 'both'
  /** Table 2.2. */
  readonly flags: Flags
  /** The statement that requires these flags. */
  readonly flagsRule: string
  /** The minimum Remaining Length: the bytes of the fields that every packet of the type has. */
  readonly minLength: number
  /** The maximum Remaining Length. */
  readonly maxLength: number
  /** The section on the type's fixed header, which defines the Remaining Length. */
  readonly lengthRule: string
}

/** The maximum Remaining Length: 268,435,455 bytes (§2.2.3, Table 2.4). */
export const MAX_REMAINING_LENGTH = 268_435_455

/** The maximum packet size: a fixed header of five bytes and a body of {@link MAX_REMAINING_LENGTH}. */
export const MAX_PACKET_SIZE = 268_435_460

/** The first byte by packet type: Table 2.1's value and Table 2.2's flags [MQTT-2.2.2-1]. PUBLISH adds its own flags. */
// Not in the table below, so that a bundle that only encodes does not contain that table.
export const FIRST_BYTE: Readonly<Record<PacketTypeName, number>> = {
  connect: 0x10,
  connack: 0x20,
  publish: 0x30,
  puback: 0x40,
  pubrec: 0x50,
  pubrel: 0x62,
  pubcomp: 0x70,
  subscribe: 0x82,
  suback: 0x90,
  unsubscribe: 0xa2,
  unsuback: 0xb0,
  pingreq: 0xc0,
  pingresp: 0xd0,
  disconnect: 0xe0,
}

/** The names of the control packet types, in the order of their values. */
export const PACKET_TYPE_NAMES: readonly PacketTypeName[] = /* @__PURE__ */ Object.keys(
  FIRST_BYTE,
) as PacketTypeName[]

/** What Tables 2.1 and 2.2 say of a packet type besides its value and its flags. */
type Row = readonly [sentBy: Role | 'both', minLength: number, maxLength: number, flagsRule?: string]

const ANY = MAX_REMAINING_LENGTH

// biome-ignore format: a table, one row per packet type
const ROWS: Readonly<Record<PacketTypeName, Row>> = {
  connect: ['client', 8, ANY],
  connack: ['server', 2, 2],
  publish: ['both', 2, ANY],
  puback: ['both', 2, 2],
  pubrec: ['both', 2, 2],
  pubrel: ['both', 2, 2, 'MQTT-3.6.1-1'],
  pubcomp: ['both', 2, 2],
  subscribe: ['client', 2, ANY, 'MQTT-3.8.1-1'],
  suback: ['server', 2, ANY],
  unsubscribe: ['client', 2, ANY, 'MQTT-3.10.1-1'],
  unsuback: ['server', 2, 2],
  pingreq: ['client', 0, 0],
  pingresp: ['server', 0, 0],
  disconnect: ['client', 0, 0, 'MQTT-3.14.1-1'],
}

/** Tables 2.1 and 2.2, indexed by the packet type's value; 0 and 15 are reserved. */
export const CONTROL_PACKETS: readonly (ControlPacket | undefined)[] = /* @__PURE__ */ controlPackets()

function controlPackets(): (ControlPacket | undefined)[] {
  const packets = PACKET_TYPE_NAMES.map((name, index): ControlPacket => {
    const [sentBy, minLength, maxLength, flagsRule = 'MQTT-2.2.2-2'] = ROWS[name]
    const flags = name === 'publish' ? name : FIRST_BYTE[name] & 0x0f
    return { name, sentBy, flags, flagsRule, minLength, maxLength, lengthRule: `§3.${index + 1}.1` }
  })
  return [undefined, ...packets, undefined]
}

/** The packet type of a first byte; undefined for the reserved types 0 and 15. */
export const packetTypeNameOf = (firstByte: number): PacketTypeName | undefined =>
  PACKET_TYPE_NAMES[packetTypeOf(firstByte) - 1]

/** The fixed header's first byte: the packet type in the upper four bits, the flags in the lower four (§2.2). */
export const packetTypeOf = (firstByte: number): number => firstByte >> 4
export const flagsOf = (firstByte: number): number => firstByte & 0x0f

/** The flags of a PUBLISH (§3.3.1). */
export const DUP = 0b1000
export const RETAIN = 0b0001
export const qosOf = (flags: number): number => (flags >> 1) & 0b11

/** The maximum of a two-byte integer: packet identifier, keep alive, and length of text or binary data (§1.5.2). */
export const MAX_UINT16 = 65_535
