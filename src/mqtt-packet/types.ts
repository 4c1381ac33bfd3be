// Types of mqtt-packet's packets, including MQTT 5, with the names of its own declarations.

/** Buffer if the program has Node's types, otherwise Uint8Array. */
export type Bytes = typeof globalThis extends {
  Buffer: { isBuffer(value: unknown): value is infer B extends Uint8Array }
}
  ? B
  : Uint8Array

export type QoS = 0 | 1 | 2

export type UserProperties = { [name: string]: string | string[] }

/** All properties of MQTT 5 (its §2.2.2.2). */
interface Properties {
  payloadFormatIndicator?: boolean
  messageExpiryInterval?: number
  contentType?: string
  responseTopic?: string
  correlationData?: Bytes
  sessionExpiryInterval?: number
  assignedClientIdentifier?: string
  serverKeepAlive?: number
  authenticationMethod?: string
  authenticationData?: Bytes
  requestProblemInformation?: boolean
  willDelayInterval?: number
  requestResponseInformation?: boolean
  responseInformation?: string
  serverReference?: string
  reasonString?: string
  receiveMaximum?: number
  topicAliasMaximum?: number
  topicAlias?: number
  maximumQoS?: number
  retainAvailable?: boolean
  userProperties?: UserProperties
  maximumPacketSize?: number
  wildcardSubscriptionAvailable?: boolean
  subscriptionIdentifiersAvailable?: boolean
  sharedSubscriptionAvailable?: boolean
}

type With<Names extends keyof Properties> = Pick<Properties, Names | 'userProperties'>
type Reason = With<'reasonString'>
type Authentication = 'authenticationMethod' | 'authenticationData'
type Message = 'payloadFormatIndicator' | 'messageExpiryInterval' | 'contentType' | 'responseTopic'

export interface IPacket {
  cmd: PacketCmd
  messageId?: number
  length?: number
}

export interface IConnectPacket extends IPacket {
  cmd: 'connect'
  clientId: string
  protocolVersion?: 3 | 4 | 5
  protocolId?: 'MQTT' | 'MQIsdp'
  bridgeMode?: boolean
  clean?: boolean
  /** Seconds. */
  keepalive?: number
  username?: string
  password?: Bytes
  will?: {
    topic: string
    payload: Bytes | string
    qos?: QoS
    retain?: boolean
    properties?: With<Message | 'willDelayInterval' | 'correlationData'>
  }
  properties?: With<
    | Authentication
    | 'sessionExpiryInterval'
    | 'receiveMaximum'
    | 'maximumPacketSize'
    | 'topicAliasMaximum'
    | 'requestResponseInformation'
    | 'requestProblemInformation'
  >
}

export interface IConnackPacket extends IPacket {
  cmd: 'connack'
  returnCode?: number
  reasonCode?: number
  sessionPresent: boolean
  properties?: With<
    | Authentication
    | 'sessionExpiryInterval'
    | 'receiveMaximum'
    | 'maximumQoS'
    | 'retainAvailable'
    | 'maximumPacketSize'
    | 'assignedClientIdentifier'
    | 'topicAliasMaximum'
    | 'reasonString'
    | 'wildcardSubscriptionAvailable'
    | 'subscriptionIdentifiersAvailable'
    | 'sharedSubscriptionAvailable'
    | 'serverKeepAlive'
    | 'responseInformation'
    | 'serverReference'
  >
}

export interface IPublishPacket extends IPacket {
  cmd: 'publish'
  qos: QoS
  dup: boolean
  retain: boolean
  topic: string
  payload: string | Bytes
  properties?: With<Message | 'topicAlias' | 'correlationData'> & {
    subscriptionIdentifier?: number | number[]
  }
}

export interface ISubscription {
  topic: string
  qos: QoS
  nl?: boolean
  rap?: boolean
  rh?: number
}

export interface ISubscribePacket extends IPacket {
  cmd: 'subscribe'
  subscriptions: ISubscription[]
  properties?: Reason & { subscriptionIdentifier?: number }
}

export interface ISubackPacket extends IPacket {
  cmd: 'suback'
  reasonCode?: number
  properties?: Reason
  granted: number[] | object[]
}

export interface IUnsubscribePacket extends IPacket {
  cmd: 'unsubscribe'
  properties?: Reason
  unsubscriptions: string[]
}

export interface IUnsubackPacket extends IPacket {
  cmd: 'unsuback'
  reasonCode?: number
  properties?: Reason
  granted: number[]
}

interface IAcknowledgement<Cmd extends 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'> extends IPacket {
  cmd: Cmd
  reasonCode?: number
  properties?: Reason
}

export interface IPubackPacket extends IAcknowledgement<'puback'> {}
export interface IPubrecPacket extends IAcknowledgement<'pubrec'> {}
export interface IPubrelPacket extends IAcknowledgement<'pubrel'> {}
export interface IPubcompPacket extends IAcknowledgement<'pubcomp'> {}

export interface IPingreqPacket extends IPacket {
  cmd: 'pingreq'
}

export interface IPingrespPacket extends IPacket {
  cmd: 'pingresp'
}

export interface IDisconnectPacket extends IPacket {
  cmd: 'disconnect'
  reasonCode?: number
  properties?: With<'sessionExpiryInterval' | 'reasonString' | 'serverReference'>
}

export interface IAuthPacket extends IPacket {
  cmd: 'auth'
  reasonCode: number
  properties?: With<Authentication | 'reasonString'>
}

export type Packet =
  | IConnectPacket
  | IConnackPacket
  | IPublishPacket
  | IPubackPacket
  | IPubrecPacket
  | IPubrelPacket
  | IPubcompPacket
  | ISubscribePacket
  | ISubackPacket
  | IUnsubscribePacket
  | IUnsubackPacket
  | IPingreqPacket
  | IPingrespPacket
  | IDisconnectPacket
  | IAuthPacket

export type PacketCmd =
  | 'connect'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'pingreq'
  | 'pingresp'
  | 'disconnect'
  | 'auth'

/** The target of `writeToStream`: a Node stream, or anything with its `write`. */
export interface WritableStream {
  write(bytes: Uint8Array): boolean
  cork?(): void
  uncork?(): void
  destroy?(error: Error): unknown
}

// biome-ignore lint/suspicious/noExplicitAny: as Node declares it, an event may have any arguments
type Listener = (...args: any[]) => void

/** A parser for one connection, with the methods of Node's EventEmitter. */
export interface Parser {
  on(event: 'packet', listener: (packet: Packet) => void): this
  // biome-ignore lint/suspicious/noExplicitAny: as mqtt-packet declares it
  on(event: 'error', listener: (error: any) => void): this
  on(event: string | symbol, listener: Listener): this
  addListener(event: string | symbol, listener: Listener): this
  prependListener(event: string | symbol, listener: Listener): this
  once(event: string | symbol, listener: Listener): this
  prependOnceListener(event: string | symbol, listener: Listener): this
  removeListener(event: string | symbol, listener: Listener): this
  off(event: string | symbol, listener: Listener): this
  removeAllListeners(event?: string | symbol): this
  emit(event: string | symbol, ...args: unknown[]): boolean
  eventNames(): (string | symbol)[]
  listenerCount(event: string | symbol): number
  // biome-ignore lint/complexity/noBannedTypes: as Node declares it
  listeners(event: string | symbol): Function[]
  // biome-ignore lint/complexity/noBannedTypes: as Node declares it
  rawListeners(event: string | symbol): Function[]
  getMaxListeners(): number
  setMaxListeners(count: number): this
  /**
   * Parses a chunk. Emits `'packet'` for each complete packet, and `'error'` at most once.
   *
   * @returns the number of bytes held, without a fixed header that was already read
   * @throws what a listener throws, and the error itself if `'error'` has no listeners
   */
  parse(chunk: Uint8Array, opts?: object): number
}

/** The three functions of mqtt-packet. */
export interface MqttPacket {
  /**
   * Creates a parser for one connection. `opts` may be any object; the limits of `createMqttPacket`, `copyPayloads`,
   * `protocolVersion` and `bridgeMode` are used.
   */
  parser(opts?: object): Parser
  /**
   * Encodes a packet.
   *
   * @throws Error with mqtt-packet's message and the EncodeError as its `cause`
   */
  generate(packet: Packet, opts?: object): Bytes
  /**
   * Writes a whole packet to a stream. On an error it writes nothing, destroys the stream with the error and returns false.
   *
   * @returns false if the caller should wait for `'drain'`, for the same packets as mqtt-packet, such as PUBLISH
   */
  writeToStream: {
    (packet: Packet, stream: WritableStream, opts?: object): boolean
    /** Has no effect, because there is no cache of numbers. */
    cacheNumbers: boolean
  }
}
