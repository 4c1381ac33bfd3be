import { EventEmitter } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import {
  encode,
  type Packet,
  PacketParser,
  type Publish,
  type QoS,
  topicMatches,
  type Will,
} from '../../src/index.ts'

/** A minimal broker for mosquitto_sub and mosquitto_pub, without persistent sessions. */
export class Broker {
  readonly server: Server = createServer((socket) => new Connection(this, socket))
  private readonly connections = new Set<Connection>()
  private readonly retained = new Map<string, Publish>()
  /** Emits each topic filter when a client has subscribed to it. */
  readonly subscribed = new EventEmitter()
  /** The errors in clients' bytes. */
  readonly errors: unknown[] = []

  join(connection: Connection): void {
    this.connections.add(connection)
  }

  leave(connection: Connection): void {
    this.connections.delete(connection)
  }

  distribute({ topic, payload, qos, retain }: Pick<Publish, 'topic' | 'payload' | 'qos' | 'retain'>): void {
    const message = { type: 'publish', topic, payload, qos, dup: false, retain: false } as Publish
    if (retain && payload.length === 0) this.retained.delete(topic)
    else if (retain) this.retained.set(topic, { ...message, retain: true })
    for (const connection of this.connections) connection.deliver(message)
  }

  retainedFor(filter: string): Publish[] {
    return [...this.retained.values()].filter(({ topic }) => topicMatches(filter, topic))
  }
}

/** One client. */
class Connection {
  private readonly parser = new PacketParser<Buffer>({ role: 'server' })
  private readonly granted = new Map<string, QoS>()
  private readonly broker: Broker
  private readonly socket: Socket
  private will: Will<Buffer> | undefined
  private lastPacketId = 0

  constructor(broker: Broker, socket: Socket) {
    this.broker = broker
    this.socket = socket
    broker.join(this)
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('error', () => {}) // 'close' follows
    socket.once('close', () => {
      broker.leave(this)
      if (this.will !== undefined) broker.distribute(this.will)
    })
  }

  /** Sends a message with the highest QoS granted to a matching subscription [MQTT-3.3.5-1]. */
  deliver(message: Publish): void {
    const granted = [...this.granted].filter(([filter]) => topicMatches(filter, message.topic))
    if (granted.length === 0) return
    const qos = Math.min(message.qos, Math.max(...granted.map(([, each]) => each))) as QoS
    this.socket.write(encode({ ...message, qos, packetId: qos === 0 ? undefined : this.nextPacketId() }))
  }

  private nextPacketId(): number {
    this.lastPacketId = (this.lastPacketId % 65_535) + 1
    return this.lastPacketId
  }

  private receive(chunk: Buffer): void {
    try {
      for (const packet of this.parser.push(chunk)) this.handle(packet)
    } catch (error) {
      this.broker.errors.push(error)
      this.socket.destroy()
    }
  }

  private handle(packet: Packet<Buffer>): void {
    switch (packet.type) {
      case 'connect':
        this.will = packet.will
        this.socket.write(encode({ type: 'connack', returnCode: 0 }))
        break
      case 'publish':
        this.acknowledge(packet)
        this.broker.distribute(packet)
        break
      case 'pubrec':
        this.socket.write(encode({ type: 'pubrel', packetId: packet.packetId }))
        break
      case 'pubrel':
        this.socket.write(encode({ type: 'pubcomp', packetId: packet.packetId }))
        break
      case 'subscribe': {
        const { packetId, subscriptions } = packet
        for (const { topicFilter, qos } of subscriptions) this.granted.set(topicFilter, qos)
        this.socket.write(
          encode({ type: 'suback', packetId, returnCodes: subscriptions.map(({ qos }) => qos) }),
        )
        for (const { topicFilter } of subscriptions) {
          for (const message of this.broker.retainedFor(topicFilter)) this.deliver(message)
          this.broker.subscribed.emit(topicFilter)
        }
        break
      }
      case 'unsubscribe':
        for (const filter of packet.topicFilters) this.granted.delete(filter)
        this.socket.write(encode({ type: 'unsuback', packetId: packet.packetId }))
        break
      case 'pingreq':
        this.socket.write(encode({ type: 'pingresp' }))
        break
      case 'disconnect':
        this.will = undefined // [MQTT-3.14.4-3]
        this.socket.end()
    }
  }

  private acknowledge({ qos, packetId }: Publish): void {
    if (qos === 1) this.socket.write(encode({ type: 'puback', packetId: packetId! }))
    if (qos === 2) this.socket.write(encode({ type: 'pubrec', packetId: packetId! }))
  }
}
