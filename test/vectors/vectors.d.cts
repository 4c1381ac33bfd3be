// The types of vectors.json, in the terms of schema.json: they depend on nothing, not even on mqtt-wire. JSON is what
// `require` returns, and the default of an `import`, as a CommonJS module is.

declare const vectors: vectors.Vectors

declare namespace vectors {
  /** An even number of hexadecimal digits in lower case. */
  export type Hex = string

  /** Only the options that a row needs; what is absent has its default. */
  export interface VectorOptions {
    protocols?: ('3.1.1' | '3.1' | 'bridge')[]
    maxTopicLength?: number
    maxTopicLevels?: number
    maxTopicFilters?: number
    refuse?: ('control-characters' | 'non-characters')[]
    /** Breaches to tolerate in some packet types. */
    tolerate?: { code: string; packets: string[] }[]
    /** What the receiver is. */
    role?: 'server' | 'client'
    maxPacketSize?: number
  }

  /** A decoded packet. Text is text, binary fields are hexadecimal, and absent fields are absent. */
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

  /** What leaves a receiver free to do otherwise, and the rule that says so, or that does not go as far. */
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
    /** What the row shows: `'MQTT-3.3.2-2'`, or a section where no numbered statement covers it: `'§2.2.3'`. */
    rule: string
    /** Other rules that it shows as well. */
    also?: string[]
    /**
     * `'must'`: every receiver that the row is for has to do what it says. `'may'`: it is free to do otherwise, for the
     * reason in `permission`.
     */
    requirement: 'must' | 'may'
    /** With `'may'`. */
    permission?: Permission
    options?: VectorOptions
    /** The published advisory that the bytes come from, or the protocol that they belong to. */
    advisory?: string
  }

  /** One packet that is right. */
  export interface ValidVector extends Row {
    hex: Hex
    packet: VectorPacket
    /** These bytes are read, and an encoder writes others for the same packet, or none. */
    readOnly?: true
  }

  /** What is wrong, and where. */
  export interface Breach {
    code: string
    rule: string
    /** The standard's name of the field, where the breach lies in one. */
    field?: string
    /** In bytes from the packet's first byte. */
    offset: number
  }

  /** Bytes that start with a packet that is wrong. More bytes than its own may follow where a length lies. */
  export interface MalformedVector extends Row, Breach {
    hex: Hex
    action: 'close' | { connack: 1 | 2 }
    /** What a server may answer instead. */
    alternative?: { suback: 0x80 }
    /** The standard implies the rule, but has no sentence that says it. */
    inferred?: true
    /** Absent where the packet type is reserved. */
    packetType?: string
    /** With `unsupported-protocol-level`: the byte that was found. */
    found?: number
    /** What else is wrong, in the order in which a reader who lets the breaches before it pass meets it. */
    further?: Breach[]
    /** The packet that is read once all of its breaches are let pass; absent where one of them cannot be. */
    tolerated?: VectorPacket
  }

  /** Bytes of several packets. */
  export interface StreamVector extends Row {
    hex: Hex
    /** Those that are read before the breach, or the end. */
    packets: VectorPacket[]
    /** What is wrong with the packet behind them; `streamOffset` counts from the stream's first byte. */
    error?: Breach & { packetType?: string; streamOffset: number }
    /** How many bytes of a packet that is not whole are left at the end. */
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

  /** A string of many equal parts, written as [part, times] in order. */
  export interface Runs {
    runs: [part: string, times: number][]
  }

  /** A row in which any string may be written as runs. */
  export type Large<Value> = Value extends string
    ? Value | Runs
    : Value extends object
      ? { [Key in keyof Value]: Large<Value[Key]> }
      : Value

  export interface Vectors {
    /** The corpus' own version; its major number changes when a verdict or the format does. */
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
