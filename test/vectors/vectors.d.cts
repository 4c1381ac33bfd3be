// The types of vectors.json, as in schema.json. They depend on nothing, not even on mqtt-wire. Like a CommonJS module, the JSON is
// the result of `require` and the default export of an `import`.

declare const vectors: vectors.Vectors

declare namespace vectors {
  /** An even number of hexadecimal digits in lower case. */
  export type Hex = string

  /** The options that a row needs. Absent options have their defaults. */
  export interface VectorOptions {
    protocols?: ('3.1.1' | '3.1' | 'bridge')[]
    maxTopicLength?: number
    maxTopicLevels?: number
    maxTopicFilters?: number
    refuse?: ('control-characters' | 'non-characters')[]
    /** Violations to tolerate in some packet types. */
    tolerate?: { code: string; packets: string[] }[]
    /** The receiver's role. */
    role?: 'server' | 'client'
    maxPacketSize?: number
  }

  /** A decoded packet. Binary fields are hexadecimal, and fields that the packet does not have are absent. */
  export type VectorPacket =
    | {
        type: 'connect'
        protocolName: 'MQTT' | 'MQIsdp'
        protocolLevel: 3 | 4
        bridge: boolean
        clientId: string
        cleanSession: boolean
        keepAlive: number
        will?: { topic: string; payload: Hex; qos: 0 | 1 | 2; retain: boolean }
        username?: string
        password?: Hex
      }
    | { type: 'connack'; sessionPresent: boolean; returnCode: number }
    | {
        type: 'publish'
        topic: string
        payload: Hex
        qos: 0 | 1 | 2
        dup: boolean
        retain: boolean
        packetId?: number
      }
    | { type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp' | 'unsuback'; packetId: number }
    | { type: 'subscribe'; packetId: number; subscriptions: { topicFilter: string; qos: 0 | 1 | 2 }[] }
    | { type: 'suback'; packetId: number; returnCodes: number[] }
    | { type: 'unsubscribe'; packetId: number; topicFilters: string[] }
    | { type: 'pingreq' | 'pingresp' | 'disconnect' }

  /** Why a receiver may deviate from the row, and the rule that allows it or does not forbid it. */
  export interface Permission {
    reason:
      | 'control-characters'
      | 'non-characters'
      | 'empty-client-identifiers'
      | 'long-client-identifiers'
      | 'unusual-client-identifiers'
      | 'long-remaining-lengths'
      | 'other-protocols'
      | 'incomplete-packets'
    rule: string
  }

  interface Row {
    /** Unique in its list. */
    name: string
    /** The statement that the row shows: `'MQTT-3.3.2-2'`, or a section if no numbered statement covers it: `'§2.2.3'`. */
    rule: string
    /** Other rules that it shows as well. */
    also?: string[]
    /**
     * `'must'`: every receiver to which the row applies must follow it. `'may'`: it may deviate, for the reason in `permission`.
     */
    requirement: 'must' | 'may'
    /** Present if `requirement` is `'may'`. */
    permission?: Permission
    options?: VectorOptions
    /** The published advisory that the bytes come from, or the protocol that they belong to. */
    advisory?: string
  }

  /** One valid packet. */
  export interface ValidVector extends Row {
    hex: Hex
    packet: VectorPacket
    /** Set if an encoder writes other bytes for this packet, or none. */
    readOnly?: true
  }

  /** A violation, and its position. */
  export interface Breach {
    code: string
    rule: string
    /** The standard's name of the field, if the violation is in one. */
    field?: string
    /** In bytes from the packet's first byte. */
    offset: number
  }

  /** Bytes that start with a malformed packet. If a length is wrong, bytes after the packet may follow. */
  export interface MalformedVector extends Row, Breach {
    hex: Hex
    action: 'close' | { connack: 1 | 2 }
    /** The answer that a server may send instead. */
    alternative?: { suback: 0x80 }
    /** Set if the standard implies the rule but does not state it. */
    inferred?: true
    /** Absent if the packet type is reserved. */
    packetType?: string
    /** The byte that was found, for `unsupported-protocol-level`. */
    found?: number
    /** Further violations, in the order in which a receiver finds them if it tolerates those before. */
    further?: Breach[]
    /** The decoded packet if all violations are tolerated; absent if one of them cannot be tolerated. */
    tolerated?: VectorPacket
  }

  /** Several packets, possibly followed by a malformed or incomplete one. */
  export interface StreamVector extends Row {
    hex: Hex
    /** The packets before the violation or the end. */
    packets: VectorPacket[]
    /** The violation in the packet after them; `streamOffset` counts from the stream's first byte. */
    error?: Breach & { packetType?: string; streamOffset: number }
    /** The number of bytes of an incomplete packet at the end. */
    incomplete?: number
  }

  /** A fixed header without its body. */
  export interface HeaderVector extends Row {
    hex: Hex
    packetType: string
    /** The lower four bits of the first byte. */
    flags: number
    remainingLength: number
    /** Bytes of the fixed header, 2 to 5. */
    length: number
    readOnly?: true
  }

  /** Whether a topic filter matches a topic name. */
  export interface MatchingVector {
    filter: string
    topic: string
    matches: boolean
    rule: string
  }

  /** A string of repeated parts, written as [part, times] in order. */
  export interface Runs {
    runs: [part: string, times: number][]
  }

  /** A row in which any string may be given as runs. */
  export type Large<Value> = Value extends string
    ? Value | Runs
    : Value extends object
      ? { [Key in keyof Value]: Large<Value[Key]> }
      : Value

  export interface Vectors {
    /** The corpus's own version; its major number changes when a verdict or the format does. */
    version: string
    standard: string
    valid: ValidVector[]
    malformed: MalformedVector[]
    streams: StreamVector[]
    headers: HeaderVector[]
    matching: MatchingVector[]
    /** Further rows, of more than 4 KiB each. */
    large: {
      valid: Large<ValidVector>[]
      malformed: Large<MalformedVector>[]
      streams: Large<StreamVector>[]
    }
  }
}

export = vectors
