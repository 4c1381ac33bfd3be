// The functions and types of mqtt-packet, as they are used, and compared with its own declarations.

import { type EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type * as ours from 'mqtt-packet'
import mqttPacket, { generate, type Packet, parser, writeToStream } from 'mqtt-packet'
import type * as theirs from 'original'

const bytes: Buffer = generate({ cmd: 'pingreq' })
const connection: ours.Parser = mqttPacket.parser({ protocolVersion: 4 })
connection.on('packet', (packet: Packet) => {
  if (packet.cmd !== 'publish') return
  const { topic, payload }: ours.IPublishPacket = packet
  console.log(topic, payload.toString('utf8'))
})
connection.on('error', (error: Error) => console.log(error.message)).parse(bytes)
createServer((socket) => {
  const mayGoOn: boolean = writeToStream({ cmd: 'connack', returnCode: 0, sessionPresent: false }, socket)
  writeToStream.cacheNumbers = !mayGoOn
})
export const emitter: EventEmitter = parser()
export const packet: Promise<unknown[]> = once(connection, 'packet')

/** Compiles only if the types are assignable to each other. */
type Exchangeable<A, B> = [A, B] extends [B, A] ? true : false
export const exchangeable: readonly [
  Exchangeable<ours.Packet, theirs.Packet>,
  Exchangeable<ours.IPacket, theirs.IPacket>,
  Exchangeable<ours.IAuthPacket, theirs.IAuthPacket>,
  Exchangeable<ours.IConnackPacket, theirs.IConnackPacket>,
  Exchangeable<ours.IConnectPacket, theirs.IConnectPacket>,
  Exchangeable<ours.IDisconnectPacket, theirs.IDisconnectPacket>,
  Exchangeable<ours.IPingreqPacket, theirs.IPingreqPacket>,
  Exchangeable<ours.IPingrespPacket, theirs.IPingrespPacket>,
  Exchangeable<ours.IPubackPacket, theirs.IPubackPacket>,
  Exchangeable<ours.IPubcompPacket, theirs.IPubcompPacket>,
  Exchangeable<ours.IPublishPacket, theirs.IPublishPacket>,
  Exchangeable<ours.IPubrecPacket, theirs.IPubrecPacket>,
  Exchangeable<ours.IPubrelPacket, theirs.IPubrelPacket>,
  Exchangeable<ours.ISubackPacket, theirs.ISubackPacket>,
  Exchangeable<ours.ISubscribePacket, theirs.ISubscribePacket>,
  Exchangeable<ours.ISubscription, theirs.ISubscription>,
  Exchangeable<ours.IUnsubackPacket, theirs.IUnsubackPacket>,
  Exchangeable<ours.IUnsubscribePacket, theirs.IUnsubscribePacket>,
  Exchangeable<ours.PacketCmd, theirs.PacketCmd>,
  Exchangeable<ours.QoS, theirs.QoS>,
  Exchangeable<ours.UserProperties, theirs.UserProperties>,
] = [
  ...([true, true, true, true, true, true, true] as const),
  ...([true, true, true, true, true, true, true] as const),
  ...([true, true, true, true, true, true, true] as const),
]
