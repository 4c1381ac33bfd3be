import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  type Connack,
  type ConnectInput,
  decode,
  encode,
  type Packet,
  type PacketInput,
  PacketParser,
  type Publish,
} from '../../src/index.ts'

const PATIENCE_MS = 20_000

type PacketOf<Type> = Extract<Packet<Buffer>, { type: Type }>

/** A client's end of a connection, on mqtt-wire: what comes in has to decode, and to encode to the same bytes. */
export class Client {
  /** Decoded by a client's rules; the connection fails with the error otherwise. */
  private readonly parser = new PacketParser<Buffer>({ role: 'client' })
  private readonly inbox: Packet<Buffer>[] = []
  private wake: () => void = () => {}
  private failure: Error | undefined
  isClosed = false

  private readonly socket: Socket

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('error', () => {}) // reset by the peer: 'close' follows
    socket.once('close', () => {
      this.isClosed = true
      this.wake()
    })
  }

  static async open(port: number): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new Client(socket)
  }

  /** A client that has sent CONNECT and got CONNACK. */
  static async connect(
    port: number,
    options: Omit<ConnectInput, 'type'>,
  ): Promise<{ client: Client; connack: Connack }> {
    const client = await Client.open(port)
    client.send({ type: 'connect', ...options })
    return { client, connack: await client.next('connack') }
  }

  send(...packets: PacketInput[]): void {
    for (const packet of packets) this.write(encode(packet))
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The next packet, which has to be of this type. */
  async next<Type extends Packet['type']>(type: Type): Promise<PacketOf<Type>> {
    const packet = await this.take()
    if (packet?.type !== type)
      throw new Error(`${packet === undefined ? 'the end' : JSON.stringify(packet)} instead of ${type}`)
    return packet as PacketOf<Type>
  }

  /** The next packet; undefined when the peer has closed, or has been silent for so long. */
  async take(patienceMs = PATIENCE_MS): Promise<Packet<Buffer> | undefined> {
    const end = performance.now() + patienceMs
    while (this.inbox.length === 0 && this.failure === undefined && !this.isClosed) {
      const left = end - performance.now()
      if (left <= 0) break
      await this.news(left)
    }
    if (this.failure !== undefined) throw this.failure
    return this.inbox.shift()
  }

  /** Completes the delivery of a message and returns it. */
  async receivePublish(): Promise<Publish<Buffer>> {
    const publish = await this.next('publish')
    const { qos, packetId } = publish
    if (qos === 1) this.send({ type: 'puback', packetId: packetId! })
    if (qos === 2) {
      this.send({ type: 'pubrec', packetId: packetId! })
      await this.next('pubrel')
      this.send({ type: 'pubcomp', packetId: packetId! })
    }
    return publish
  }

  /** Once this has come back, everything that was sent before has been processed. */
  async ping(): Promise<void> {
    this.send({ type: 'pingreq' })
    await this.next('pingresp')
  }

  async disconnect(): Promise<void> {
    this.send({ type: 'disconnect' })
    this.socket.end()
    if (!this.isClosed) await once(this.socket, 'close')
  }

  /** Ends the connection as a power failure does. */
  destroy(): void {
    this.socket.destroy()
  }

  private receive(chunk: Buffer): void {
    try {
      this.parser.push(chunk)
      for (let frame = this.parser.readFrame(); frame !== undefined; frame = this.parser.readFrame()) {
        const packet = decode(frame.bytes)
        if (frame.bytes.compare(encode(packet)) !== 0)
          throw new Error(`${frame.bytes.toString('hex')} is encoded otherwise`)
        this.inbox.push(packet)
      }
    } catch (error) {
      this.failure = error as Error
    }
    this.wake()
  }

  private news(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
