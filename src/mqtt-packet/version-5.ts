// Replaces mqtt-packet if it was not passed. It refuses MQTT 5, but lets a server answer the CONNECT.

import { decode, decodeFixedHeader, decodeRemainingLength, encodeRemainingLength } from '../index.ts'
import { Emitter } from './emitter.ts'
import { fromDecoded } from './incoming.ts'
import type { Bytes, IConnectPacket, MqttPacket, Packet, Parser, WritableStream } from './types.ts'
import { inFamiliarWords } from './words.ts'

export const VERSION_5 = 5
export const BRIDGE = 0x80
const CLEAN_SESSION = 0x02
/** With the protocol name `MQTT`; MQIsdp is two bytes longer. */
const MQTT_NAME_LENGTH = 6

const newRefusal = (): Error =>
  new Error(
    "MQTT 5 needs mqtt-packet itself: use createMqttPacket({ v5: original }) of 'mqtt-wire/mqtt-packet'",
  )

export const withoutOriginal: MqttPacket = {
  parser(opts) {
    if (isVersion5(opts)) throw newRefusal()
    return new ConnectReader()
  },
  generate() {
    throw newRefusal()
  },
  writeToStream: Object.assign(
    (_packet: Packet, stream: WritableStream) => {
      stream.destroy?.(newRefusal())
      return false
    },
    { cacheNumbers: true },
  ),
}

/** Whether the options, or a CONNECT, ask for MQTT 5. */
export function isVersion5(options: unknown): boolean {
  return (options as { protocolVersion?: unknown } | null | undefined)?.protocolVersion === VERSION_5
}

/** Emits only the CONNECT at the start of the first chunk, so that a server can answer with CONNACK 1 [MQTT-3.1.2-2]. */
class ConnectReader extends Emitter implements Parser {
  settings: object = {}
  private isConnected = false

  parse(chunk: Bytes): number {
    let connect: IConnectPacket
    try {
      if (this.isConnected) throw newRefusal()
      this.isConnected = true
      connect = connectIn(chunk)
    } catch (error) {
      this.emit('error', inFamiliarWords(error))
      return 0
    }
    this.settings = connect
    this.emit('packet', connect)
    return 0
  }
}

/**
 * Reads the part of a CONNECT of MQTT 5 that is the same in MQTT 3.1.1: everything up to the client identifier, except for the
 * properties before it.
 */
function connectIn(bytes: Bytes): IConnectPacket {
  const { length: bodyAt, remainingLength } = decodeFixedHeader(bytes)!
  const body = bytes.subarray(bodyAt, bodyAt + remainingLength)
  const levelAt = 2 + body[1]!
  const [level = 0, flags = 0, ...keepAlive] = body.subarray(levelAt, levelAt + 4)
  const properties = decodeRemainingLength(body, levelAt + 4) ?? { value: 0, length: 0 }
  const clientIdAt = levelAt + 4 + properties.length + properties.value
  const [high = 0, low = 0] = body.subarray(clientIdAt, clientIdAt + 2)
  const clientId = body.subarray(clientIdAt, clientIdAt + 2 + ((high << 8) | low))
  const older = (level & BRIDGE) | (levelAt === MQTT_NAME_LENGTH ? 4 : 3)
  const read = [...body.subarray(0, levelAt), older, flags & CLEAN_SESSION, ...keepAlive, ...clientId]
  const packet = decode(
    Uint8Array.of(bytes[0]!, ...encodeRemainingLength(read.length), ...read) as Bytes,
    OLDER_CONNECT,
  )
  const connect = fromDecoded(packet, bytes[0]!, remainingLength, false) as IConnectPacket
  return { ...connect, protocolVersion: VERSION_5 }
}

const OLDER_CONNECT = Object.freeze({
  protocols: ['3.1.1', '3.1', 'bridge'],
  tolerate: ['empty-client-identifier'],
} as const)
