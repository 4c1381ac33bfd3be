import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type Connect, DecodeError, encode, type Packet, type PacketInput, PacketParser } from 'mqtt-wire'

// Brokers whose behavior is given by the test.

export const ACCEPTED = encode({ type: 'connack', returnCode: 0 })

/** Handles a connection after its CONNECT was read. */
export type Act = (peer: Peer, connect: Connect<Buffer>) => unknown

/** The broker's side of a connection. */
export class Peer {
  readonly socket: Socket
  private readonly packets: AsyncGenerator<Packet<Buffer>>

  constructor(socket: Socket) {
    this.socket = socket
    this.packets = read(socket)
  }

  send(...packets: PacketInput[]): void {
    for (const packet of packets) this.socket.write(encode(packet))
  }

  async next(): Promise<Packet<Buffer> | undefined> {
    const { value, done } = await this.packets.next()
    return done ? undefined : value
  }
}

async function* read(socket: Socket): AsyncGenerator<Packet<Buffer>> {
  const parser = new PacketParser<Buffer>({ role: 'server' })
  try {
    for await (const chunk of socket) yield* parser.push(chunk)
  } catch (error) {
    if (error instanceof DecodeError) throw error // otherwise the client has closed the connection
  }
}

const servers = new Set<Server>()

/** A broker with a script for its first connection, its second, and so on. The last one handles all later connections. */
export async function broker(...acts: Act[]): Promise<number> {
  let connections = 0
  const server = createServer(async (socket) => {
    socket.on('error', () => {})
    const act = acts[Math.min(connections++, acts.length - 1)]!
    const peer = new Peer(socket)
    const connect = await peer.next()
    if (connect?.type === 'connect') await act(peer, connect)
  }).listen(0, '127.0.0.1')
  servers.add(server)
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

export function stopBrokers(): void {
  for (const server of servers) server.close()
  servers.clear()
}
