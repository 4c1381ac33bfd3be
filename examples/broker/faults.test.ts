import { once } from 'node:events'
import { createServer, connect as openSocket, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { encode, type PacketInput } from 'mqtt-wire'
import { expect, test } from 'vitest'
import { Client } from '../../test/interop/client.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { connect, type Options } from '../client/client.js'
import { exampleBroker } from './peer.ts'

// Four clients publish to four others while their connections are repeatedly cut in the middle of packets, and while other
// clients send garbage, read nothing, or connect by the thousand. No acknowledged message may be lost.

const PUBLISHERS = 4
const SUBSCRIBERS = 4
const MESSAGES = 400
const CROWD = 2_000
const SLOW = 20

const random = (below: number): number => Math.floor(Math.random() * below)

/** A relay between clients and the broker that cuts connections after a random number of bytes. */
class FaultyRelay {
  cuts = 0
  private readonly server: Server

  private constructor(target: number) {
    this.server = createServer((socket) => {
      const upstream = openSocket(target, '127.0.0.1')
      let left = 5_000 + random(200_000)
      for (const [from, to] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        from.on('error', () => {})
        from.on('close', () => to.destroy())
        from.on('data', (chunk) => {
          if (left <= 0) return
          to.write(chunk.subarray(0, left))
          left -= chunk.length
          if (left > 0) return
          this.cuts++
          setImmediate(() => [socket, upstream].map((each) => each.resetAndDestroy()))
        })
      }
    })
  }

  static async to(target: number): Promise<FaultyRelay> {
    const relay = new FaultyRelay(target)
    await once(relay.server.listen(0, '127.0.0.1'), 'listening')
    return relay
  }

  get port(): number {
    return (this.server.address() as { port: number }).port
  }

  close(): void {
    this.server.close()
  }
}

/** Clients that keep a session over all their connections. Some connections end before they are established. */
async function persistent(options: Options): Promise<Awaited<ReturnType<typeof connect>>> {
  for (;;) {
    try {
      return await connect({ reconnectDelay: 10, maxInFlight: 20, cleanSession: false, ...options })
    } catch {
      await sleep(10)
    }
  }
}

interface Received {
  readonly at1: Set<string>
  /** All received messages, including duplicates. */
  readonly at2: string[]
}

async function receive(
  port: number,
  clientId: string,
): Promise<{ received: Received; close(): Promise<void> }> {
  const client = await persistent({ port, clientId })
  await client.subscribe('load/#', 2)
  const received: Received = { at1: new Set(), at2: [] }
  const loop = (async () => {
    for await (const { payload, qos } of client) {
      const name = payload.toString().trimEnd()
      if (qos === 2) received.at2.push(name)
      else received.at1.add(name)
    }
  })()
  const close = async (): Promise<void> => {
    await client.close()
    await loop
  }
  return { received, close }
}

/** Publishes messages of random sizes, many at once. Returns the acknowledged ones by QoS. */
async function send(port: number, clientId: string): Promise<{ at1: string[]; at2: string[] }> {
  const client = await persistent({ port, clientId })
  const acknowledged = { at1: [] as string[], at2: [] as string[] }
  await Promise.all(
    Array.from({ length: MESSAGES }, async (_, index) => {
      const name = `${clientId}-${String(index).padStart(4, '0')}`
      const qos = index % 2 === 0 ? 1 : 2
      await client.publish(`load/${clientId}`, name.padEnd(20 + random(3_000)), { qos })
      acknowledged[qos === 1 ? 'at1' : 'at2'].push(name)
    }),
  )
  await client.close()
  return acknowledged
}

async function openRaw(port: number, ...packets: PacketInput[]): Promise<Socket> {
  const socket = openSocket(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const packet of packets) socket.write(encode(packet))
  return socket
}

const PUBLISH = encode({
  type: 'publish',
  topic: 'load/half',
  payload: 'x'.repeat(10_000),
  qos: 2,
  packetId: 1,
})
const CONNECT = encode({ type: 'connect', clientId: 'half', will: { topic: 'other/half', payload: 'x' } })

// biome-ignore format: one row per fault
const FAULTS: readonly ((port: number) => Promise<Socket>)[] = [
  async (port) => { // ends inside a PUBLISH
    const socket = await openRaw(port, { type: 'connect', clientId: `half-${random(5)}` })
    socket.write(PUBLISH.subarray(0, random(PUBLISH.length)))
    return socket
  },
  async (port) => { // ends inside CONNECT
    const socket = await openRaw(port)
    socket.write(CONNECT.subarray(0, random(CONNECT.length)))
    return socket
  },
  async (port) => { // garbage instead of CONNECT
    const socket = await openRaw(port)
    socket.write(Uint8Array.from({ length: 1 + random(500) }, () => random(256)))
    return socket
  },
  async (port) => { // garbage after CONNECT
    const socket = await openRaw(port, { type: 'connect', clientId: '' })
    socket.write(Uint8Array.from({ length: 1 + random(500) }, () => random(256)))
    return socket
  },
]

/** Runs one fault after another until it is stopped. Returns their number. */
function misbehave(port: number): { stop(): Promise<number> } {
  let isStopped = false
  const done = (async () => {
    let count = 0
    for (; !isStopped; count++) {
      const socket = await FAULTS[count % FAULTS.length]!(port)
      await sleep(random(5))
      if (random(2) === 0) socket.destroy()
      else socket.resetAndDestroy()
    }
    return count
  })()
  return {
    stop: () => {
      isStopped = true
      return done
    },
  }
}

/** Opens many connections at once, each of which gets its CONNACK. Half of them are lost, and their wills published. */
async function crowd(port: number, clientIdOf: (index: number) => string): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: CROWD }, async (_, index) => {
      const client = await Client.open(port)
      client.send({
        type: 'connect',
        clientId: clientIdOf(index),
        will: { topic: 'wills', payload: `${index}` },
      })
      return client
    }),
  )
  for (const client of clients) expect(await client.next('connack')).toMatchObject({ returnCode: 0 })
  await Promise.all(
    clients.map(async (client, index) => {
      if (index % 2 === 0) client.destroy()
      else await client.disconnect()
    }),
  )
}

describeWith(exampleBroker, (peer) => {
  test('no acknowledged message is lost, and no QoS 2 message arrives twice', async () => {
    const { port } = peer()
    const relay = await FaultyRelay.to(port)
    const witness = await openWitness(port)
    const slow = await Promise.all(
      Array.from({ length: SLOW }, (_, index) =>
        openRaw(
          port,
          { type: 'connect', clientId: `slow-${index}`, cleanSession: index % 2 === 0 },
          {
            type: 'subscribe',
            packetId: 1,
            subscriptions: [{ topicFilter: '#', qos: index % 2 === 0 ? 0 : 1 }],
          },
        ).then((socket) => socket.pause()),
      ),
    )
    const away = await receive(port, 'away') // it disconnects now and reconnects at the end; its messages are queued
    await away.close()
    const subscribers = await Promise.all(
      Array.from({ length: SUBSCRIBERS }, (_, index) => receive(relay.port, `subscriber-${index}`)),
    )
    const faults = [misbehave(port), misbehave(port)]
    const [sent] = await Promise.all([
      Promise.all(Array.from({ length: PUBLISHERS }, (_, index) => send(relay.port, `publisher-${index}`))),
      crowd(port, (index) => `crowd-${index}`),
    ])
    const faultCounts = await Promise.all(faults.map((each) => each.stop()))

    const at1 = sent.flatMap((each) => each.at1).sort()
    const at2 = sent.flatMap((each) => each.at2).sort()
    expect([at1.length, at2.length]).toEqual([PUBLISHERS, PUBLISHERS].map((each) => (each * MESSAGES) / 2))
    subscribers.push(await receive(port, 'away'))
    for (const { received, close } of subscribers) {
      await expect.poll(() => received.at2.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(at2.length)
      await expect.poll(() => received.at1.size, { timeout: 60_000 }).toBe(at1.length)
      await close()
      expect([...received.at1].sort()).toEqual(at1)
      expect([...received.at2].sort()).toEqual(at2)
      for (const { at2: inOrder } of sent) {
        const [publisher = ''] = inOrder[0]!.split(/-\d+$/)
        expect(received.at2.filter((name) => name.startsWith(`${publisher}-`))).toEqual([...inOrder].sort())
      }
    }
    expect(await witness.wills()).toBe(CROWD / 2)
    console.log(
      `${PUBLISHERS * MESSAGES} messages to ${subscribers.length} sessions over ${relay.cuts} cut connections,` +
        ` ${faultCounts.join(' and ')} faults beside them, ${CROWD} connections at once`,
    )
    for (const socket of slow) socket.destroy()
    relay.close()
  }, 300_000)

  test('many connections at once from a few clients: each takes over from the one before', async () => {
    const { port } = peer()
    const clients = await Promise.all(
      Array.from({ length: CROWD }, async (_, index) => {
        const client = await Client.open(port)
        client.send({ type: 'connect', clientId: `same-${index % 20}`, cleanSession: index % 3 === 0 })
        return client
      }),
    )
    for (const client of clients) await client.next('connack')
    await expect.poll(() => clients.filter(({ isClosed }) => !isClosed).length, { timeout: 60_000 }).toBe(20)
    for (const client of clients) client.destroy()
  }, 120_000)
})

/** Counts the wills that arrive. */
async function openWitness(port: number): Promise<{ wills(): Promise<number> }> {
  const { client } = await Client.connect(port, { clientId: 'witness' })
  client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'wills', qos: 0 }] })
  await client.next('suback')
  return {
    async wills() {
      let count = 0
      while (count < CROWD / 2 && (await client.take())?.type === 'publish') count++
      await client.ping()
      return count
    },
  }
}
