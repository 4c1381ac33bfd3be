// A client's end of a connection to a broker.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { decode, encode, type Packet, type PacketInput, PacketParser } from '../../index.ts'

/** How long to wait for a packet by default, in milliseconds. */
const PATIENCE = 20_000

export type PacketOf<Type> = Extract<Packet<Buffer>, { type: Type }>

export interface Address {
  readonly host: string
  readonly port: number
}

export class Connection {
  isClosed = false
  /** Decodes by a client's rules. Its error fails the connection. */
  private readonly parser = new PacketParser<Buffer>({ role: 'client' })
  private readonly inbox: Packet<Buffer>[] = []
  private readonly socket: Socket
  private failure: Error | undefined
  private wake: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.receive(chunk))
    socket.on('error', () => {}) // reset by the peer: 'close' follows
    socket.once('close', () => {
      this.isClosed = true
      this.wake()
    })
  }

  send(...packets: PacketInput[]): void {
    for (const packet of packets) this.write(encode(packet))
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Returns the next packet, which must have this type. */
  async next<Type extends Packet['type']>(type: Type, patience: number = PATIENCE): Promise<PacketOf<Type>> {
    const packet = await this.take(patience)
    if (packet?.type !== type)
      throw new Error(`${packet === undefined ? 'the end' : JSON.stringify(packet)} instead of ${type}`)
    return packet as PacketOf<Type>
  }

  /** Returns the next packet; undefined if the peer closes, or does not send one within so many milliseconds. */
  async take(patience: number = PATIENCE): Promise<Packet<Buffer> | undefined> {
    const end = performance.now() + patience
    while (this.inbox.length === 0 && this.failure === undefined && !this.isClosed) {
      const left = end - performance.now()
      if (left <= 0) break
      await this.news(left)
    }
    if (this.failure !== undefined) throw this.failure
    return this.inbox.shift()
  }

  async disconnect(): Promise<void> {
    this.send({ type: 'disconnect' })
    this.socket.end()
    if (!this.isClosed) await once(this.socket, 'close')
  }

  /** Drops the connection without a DISCONNECT. */
  destroy(): void {
    this.socket.destroy()
  }

  /** Called with each received packet and its bytes. An exception fails the connection. */
  protected inspect(_packet: Packet<Buffer>, _bytes: Buffer): void {}

  private receive(chunk: Buffer): void {
    try {
      this.parser.push(chunk)
      for (let frame = this.parser.readFrame(); frame !== undefined; frame = this.parser.readFrame()) {
        const packet = decode(frame.bytes)
        this.inspect(packet, frame.bytes)
        this.inbox.push(packet)
      }
    } catch (error) {
      this.failure = error as Error
    }
    this.wake()
  }

  private news(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** @throws Error if the connection is refused */
export async function openSocket({ host, port }: Address): Promise<Socket> {
  const socket = connect({ port, host, noDelay: true })
  await once(socket, 'connect')
  return socket
}
