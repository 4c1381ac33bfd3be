import { Connection, openSocket } from '../../src/cli/target/connection.ts'
import type { Connack, ConnectInput, Packet, Publish } from '../../src/index.ts'
import { encode } from '../../src/index.ts'

/** A client on mqtt-wire. Everything that it receives must decode, and re-encode to the same bytes. */
export class Client extends Connection {
  static async open(port: number): Promise<Client> {
    return new Client(await openSocket({ host: '127.0.0.1', port }))
  }

  /** Connects a client: sends CONNECT and awaits CONNACK. */
  static async connect(
    port: number,
    options: Omit<ConnectInput, 'type'>,
  ): Promise<{ client: Client; connack: Connack }> {
    const client = await Client.open(port)
    client.send({ type: 'connect', ...options })
    return { client, connack: await client.next('connack') }
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

  /** Resolves when the broker has processed everything that was sent before. */
  async ping(): Promise<void> {
    this.send({ type: 'pingreq' })
    await this.next('pingresp')
  }

  protected override inspect(packet: Packet<Buffer>, bytes: Buffer): void {
    if (bytes.compare(encode(packet)) !== 0) throw new Error(`${bytes.toString('hex')} is encoded otherwise`)
  }
}
