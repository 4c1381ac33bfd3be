// Finds out whether a broker accepts the bytes of a packet or refuses them.

import type { Socket } from 'node:net'
import { type ConnectInput, DecodeError, encode } from '../../index.ts'
import { type Address, Connection, openSocket } from './connection.ts'

export type BrokerVerdict =
  | 'accepted'
  | 'closed'
  | `refused, return code ${number}`
  | 'refused, SUBACK 128'
  | 'silent'

export interface Asked extends Address {
  /** How long the broker may take to answer or to close, in milliseconds. */
  readonly patience: number
  /** The packet's protocol, for the CONNECT before it. */
  readonly protocolName?: ConnectInput['protocolName']
  /** Called with each connection that is opened. */
  readonly onOpen?: (socket: Socket) => void
}

const CONNECT = 1
const SUBSCRIBE = 8
const DISCONNECT = 14
const SUBACK_FAILURE = 0x80
const PINGREQ = encode({ type: 'pingreq' })

const typeOf = (bytes: Uint8Array): number => (bytes[0] ?? 0) >> 4

let connections = 0

/** A unique client identifier that every server must allow [MQTT-3.1.3-5]. */
export const newClientId = (): string => `mw${process.pid}x${++connections}`

/** The stream in which a broker gets a packet: after a CONNECT, unless the packet is one, and before a PINGREQ. */
export function brokerStream(
  bytes: Uint8Array,
  clientId: string,
  protocolName: ConnectInput['protocolName'] = 'MQTT',
): Buffer {
  const connect = typeOf(bytes) === CONNECT ? [] : [encode({ type: 'connect', clientId, protocolName })]
  // In one write, because the broker may close the connection before a second one.
  return Buffer.concat([...connect, bytes, PINGREQ])
}

/** @throws Error if the broker does not accept connections */
export async function brokerVerdict(bytes: Uint8Array, asked: Asked): Promise<BrokerVerdict> {
  return typeOf(bytes) === DISCONNECT ? verdictByWill(bytes, asked) : verdictByPing(bytes, asked)
}

async function opened(asked: Asked): Promise<Connection> {
  const socket = await openSocket(asked)
  asked.onOpen?.(socket)
  return new Connection(socket)
}

/** A broker that answers the PINGREQ after the packet has accepted the packet. */
async function verdictByPing(bytes: Uint8Array, asked: Asked): Promise<BrokerVerdict> {
  const connection = await opened(asked)
  let hasFailed = false
  try {
    connection.write(brokerStream(bytes, newClientId(), asked.protocolName))
    for (;;) {
      const packet = await connection.take(asked.patience)
      if (packet === undefined) return connection.isClosed ? 'closed' : 'silent'
      if (packet.type === 'suback' && typeOf(bytes) === SUBSCRIBE)
        hasFailed = packet.returnCodes.includes(SUBACK_FAILURE)
      if (packet.type === 'pingresp') return hasFailed ? 'refused, SUBACK 128' : 'accepted'
      if (packet.type === 'connack' && packet.returnCode !== 0)
        return `refused, return code ${packet.returnCode}`
    }
  } catch (error) {
    if (error instanceof DecodeError) return 'accepted' // but the answer is malformed
    throw error
  } finally {
    connection.destroy()
  }
}

/** Nothing is answered after DISCONNECT. A broker that accepts it discards the will [MQTT-3.14.4-3]; others publish it. */
async function verdictByWill(bytes: Uint8Array, asked: Asked): Promise<BrokerVerdict> {
  const { patience, protocolName = 'MQTT' } = asked
  const topic = `will/${newClientId()}`
  const watcher = await opened(asked)
  const connection = await opened(asked)
  try {
    watcher.send({ type: 'connect', clientId: newClientId() })
    await watcher.next('connack', patience)
    watcher.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: topic, qos: 0 }] })
    await watcher.next('suback', patience)
    const will = { topic, payload: 'gone', qos: 0, retain: false } as const
    connection.send({ type: 'connect', clientId: newClientId(), will, protocolName })
    await connection.next('connack', patience)
    connection.write(Buffer.concat([bytes, PINGREQ]))
    const answer = await connection.take(patience)
    if (answer !== undefined) return 'accepted' // but ignored
    if (!connection.isClosed) return 'silent'
    watcher.send({ type: 'pingreq' })
    const packet = await watcher.take(patience)
    return packet?.type === 'publish' ? 'closed' : 'accepted'
  } finally {
    connection.destroy()
    watcher.destroy()
  }
}
