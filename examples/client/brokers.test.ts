import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect as openSocket, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { mosquitto } from '../../test/interop/peers/mosquitto.ts'
import { ACCOUNT, describeWith, type Installation } from '../../test/interop/peers/peer.ts'
import { rabbitmq } from '../../test/interop/peers/rabbitmq.ts'
import { exampleBroker } from '../broker/peer.ts'
import { ConnectionRefused, connect, type Options } from './client.js'

// The example client with brokers from other projects, and with the example broker.

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))
const QOS = [0, 1, 2] as const

interface Broker {
  readonly installation: Installation
  /** The highest QoS that it grants. */
  readonly highestQos: number
  /** The return code for a wrong password. */
  readonly refusal: number
}

const BROKERS: readonly Broker[] = [
  { installation: mosquitto, highestQos: 2, refusal: 5 },
  { installation: rabbitmq, highestQos: 1, refusal: 4 },
  { installation: exampleBroker, highestQos: 2, refusal: 4 },
]

let ids = 0
const newId = (): string => `e${process.pid}x${++ids}`

describe.each(BROKERS)('$installation.name', ({ installation, highestQos, refusal }) => {
  describeWith(installation, (peer) => {
    const open = (options: Partial<Options> = {}) =>
      connect({ port: peer().port, clientId: newId(), cleanSession: true, reconnectDelay: 50, ...options })

    test.each(QOS)('messages of QoS %i in both directions', async (qos) => {
      const topic = `example/${newId()}`
      const client = await open()
      expect(await client.subscribe(topic, qos)).toBe(Math.min(qos, highestQos))
      const payloads = ['', 'größe', 'x'.repeat(100_000)]
      for (const payload of payloads) await client.publish(topic, payload, { qos })
      for (const payload of payloads) {
        const message = await first(client)
        expect(message).toMatchObject({ topic, qos: Math.min(qos, highestQos) })
        expect(message.payload.toString()).toBe(payload)
      }
      await client.close()
    })

    test('a thousand messages at once, above the limit of messages in flight', async () => {
      const topic = `example/${newId()}`
      const client = await open({ maxInFlight: 20, maxInbox: 10 })
      await client.subscribe(topic, 1)
      const sent = Array.from({ length: 1_000 }, (_, index) => String(index))
      const published = Promise.all(sent.map((payload) => client.publish(topic, payload, { qos: 1 })))
      for (const payload of sent) expect((await first(client)).payload.toString()).toBe(payload)
      await published
      await client.close()
    })

    test('a slow loop loses no messages and keeps the connection', async () => {
      const topic = `example/${newId()}`
      const lost: Error[] = []
      const slow = await open({ maxInbox: 5, keepAlive: 1, onDisconnect: (error) => lost.push(error) })
      await slow.subscribe(topic, 1)
      const fast = await open()
      for (let index = 0; index < 200; index++) await fast.publish(topic, String(index), { qos: 1 })
      await new Promise((resolve) => setTimeout(resolve, 2_500)) // longer than the keep alive
      for (let index = 0; index < 200; index++)
        expect((await first(slow)).payload.toString()).toBe(String(index))
      expect(lost).toEqual([])
      await Promise.all([slow.close(), fast.close()])
    })

    test('the connection is kept alive', async () => {
      const lost: Error[] = []
      const client = await open({ keepAlive: 1, onDisconnect: (error) => lost.push(error) })
      await new Promise((resolve) => setTimeout(resolve, 3_500))
      await client.publish('example/alive', '', { qos: 1 })
      expect(lost).toEqual([])
      await client.close()
    })

    test('a will is published when the connection is lost, and not when it is closed', async () => {
      const topic = `example/${newId()}`
      const witness = await open()
      await witness.subscribe(topic, 1)
      const tidy = await open({ will: { topic, payload: 'tidy', qos: 1 } })
      await tidy.close()
      const relay = await Relay.to(peer().port)
      const lost = await open({ port: relay.port, will: { topic, payload: 'lost', qos: 1 } })
      relay.cut()
      expect((await first(witness)).payload.toString()).toBe('lost')
      await Promise.all([lost.close(), witness.close()])
      await relay.close()
    })

    test('the session continues after the connection is lost: every message arrives, and QoS 2 once', async () => {
      const topic = `example/${newId()}`
      const relay = await Relay.to(peer().port)
      const receiver = await open({ clientId: newId(), port: relay.port, cleanSession: false })
      const granted = await receiver.subscribe(topic, 2)
      const sender = await open({ clientId: newId(), port: relay.port, cleanSession: false, maxInFlight: 10 })
      const sent = Array.from({ length: 300 }, (_, index) => String(index))
      const published = Promise.all(sent.map((payload) => sender.publish(topic, payload, { qos: 2 })))
      const received: string[] = []
      const cuts = setInterval(() => relay.cut(), 150)
      const seen = new Set<string>()
      for await (const { payload } of receiver) {
        received.push(payload.toString())
        seen.add(payload.toString())
        if (received.length % 40 === 0) relay.cut()
        if (seen.size === sent.length) break
      }
      clearInterval(cuts)
      await published
      expect([...seen]).toHaveLength(300)
      if (granted === 2) expect(received).toEqual(sent)
      await Promise.all([receiver.close(), sender.close()])
      const again = await connect({
        port: peer().port,
        clientId: receiver.options.clientId,
        cleanSession: true,
      })
      await again.close() // removes the session
      await relay.close()
    })

    test('a wrong password is a clear error', async () => {
      const refused = connect({
        port: peer().accountPort,
        clientId: newId(),
        username: 'guest',
        password: 'no',
      })
      await expect(refused).rejects.toThrow(ConnectionRefused)
      await expect(refused).rejects.toMatchObject({ returnCode: refusal })
    })

    test('main.js runs', async () => {
      const child = spawn(process.execPath, [MAIN, '--port', String(peer().port), ...accountArguments()])
      const [printed, errors, [status]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      expect({ status, errors }).toEqual({ status: 0, errors: '' })
      for (const temperature of ['21.5', '21.6', '21.7']) expect(printed).toContain(`: ${temperature}`)
    })
  })
})

function accountArguments(): string[] {
  return ['--username', ACCOUNT.username, '--password', ACCOUNT.password]
}

async function first<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item
  throw new Error('there is no more')
}

/** A relay between client and broker that can cut all connections at once. */
class Relay {
  private readonly sockets = new Set<Socket>()
  private readonly server = createServer((socket) => {
    const upstream = openSocket(this.target, '127.0.0.1')
    for (const end of [socket, upstream]) {
      this.sockets.add(end)
      end.on('error', () => {})
      end.on('close', () => {
        this.sockets.delete(end)
        socket.destroy()
        upstream.destroy()
      })
    }
    socket.pipe(upstream)
    upstream.pipe(socket)
  })
  private readonly target: number

  private constructor(target: number) {
    this.target = target
  }

  static async to(target: number): Promise<Relay> {
    const relay = new Relay(target)
    relay.server.listen(0, '127.0.0.1')
    await once(relay.server, 'listening')
    return relay
  }

  get port(): number {
    return (this.server.address() as { port: number }).port
  }

  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    this.cut()
    this.server.close()
  }
}
