import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { programPath } from '../../test/interop/peers/installed.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { type BrokerPeer, exampleBroker } from './peer.ts'

// Clients from other projects, connected at once: each receives what the others publish.

// biome-ignore lint/suspicious/noExplicitAny: the type check runs without this folder's packages
type Untyped = any

const QOS = [0, 1, 2] as const
const PAYLOADS = ['größe', 'x'.repeat(20_000), 'last']

interface ClientProgram {
  readonly name: string
  isInstalled(): boolean
  /** Subscribes, and returns each message as its QoS and payload. */
  subscribe(peer: BrokerPeer, topic: string, qos: number, session?: string): Promise<Subscriber>
  /** Publishes the payloads one after another, and returns once the broker has acknowledged them. */
  publish(peer: BrokerPeer, topic: string, qos: number): Promise<void>
}

interface Subscriber {
  next(): Promise<string>
  /** Disconnects. A session with a client identifier is kept. */
  stop(): Promise<void>
}

const PYTHON = '/usr/bin/python3'
const PAHO = `
import sys, paho.mqtt.client as mqtt
action, transport, port, topic, qos, session = sys.argv[1:]
client = mqtt.Client(session, session == '', transport=transport)
def received(client, data, message):
    print('received', message.qos, message.payload.decode(), flush=True)
client.on_message = received
client.on_subscribe = lambda *_: print('subscribed', flush=True)
if action == 'subscribe':
    client.on_connect = lambda *_: client.subscribe(topic, int(qos))
client.connect('127.0.0.1', int(port))
client.loop_start()
for line in sys.stdin:
    client.publish(topic, line.rstrip('\\n'), int(qos)).wait_for_publish()
client.disconnect()
client.loop_stop()
`

function paho(transport: 'tcp' | 'websockets'): ClientProgram {
  const run = (action: string, peer: BrokerPeer, topic: string, qos: number, session = ''): ChildProcess =>
    spawn(PYTHON, ['-c', PAHO, action, transport, portFor(transport, peer), topic, String(qos), session])
  return {
    name: `paho, ${transport}`,
    isInstalled: () => spawnSync(PYTHON, ['-c', 'import paho.mqtt.client']).status === 0,
    subscribe(peer, topic, qos, session) {
      const child = run('subscribe', peer, topic, qos, session)
      return subscriberOf(child, () => child.stdin!.end())
    },
    publish: (peer, topic, qos) => finish(run('publish', peer, topic, qos)),
  }
}

const portFor = (transport: 'tcp' | 'websockets', { port, wsPort }: BrokerPeer): string =>
  String(transport === 'tcp' ? port : wsPort)

const mosquittoClients: ClientProgram = {
  name: 'mosquitto_pub and mosquitto_sub',
  isInstalled: () => programPath('mosquitto_sub') !== undefined && programPath('mosquitto_pub') !== undefined,
  subscribe({ port }, topic, qos, session) {
    const kept = session === undefined ? [] : ['-i', session, '-c']
    const format = ['-d', '-F', 'received %q %p']
    const options = ['-V', '311', '-p', String(port), '-t', topic, '-q', String(qos), ...kept, ...format]
    const child = spawn('stdbuf', ['-oL', programPath('mosquitto_sub')!, ...options])
    return subscriberOf(child, () => child.kill('SIGINT'))
  },
  publish({ port }, topic, qos) {
    const options = ['-V', '311', '-p', String(port), '-t', topic, '-q', String(qos), '-l']
    return finish(spawn(programPath('mosquitto_pub')!, options))
  },
}

function mqttJs(scheme: 'mqtt' | 'ws'): ClientProgram {
  type OnMessage = (topic: string, payload: Buffer, packet: { qos: number }) => void
  const connect = async (
    peer: BrokerPeer,
    session?: string,
    onMessage: OnMessage = () => {},
  ): Promise<Untyped> => {
    const { default: mqtt }: Untyped = await import('mqtt' as string)
    const port = portFor(scheme === 'ws' ? 'websockets' : 'tcp', peer)
    const kept = session === undefined ? {} : { clientId: session, clean: false }
    const client = mqtt.connect(`${scheme}://127.0.0.1:${port}`, kept)
    client.on('message', onMessage)
    await once(client, 'connect')
    return client
  }
  return {
    name: `MQTT.js, ${scheme}`,
    isInstalled: () => exampleBroker.isInstalled(),
    async subscribe(peer, topic, qos, session) {
      const inbox = new Inbox()
      const client = await connect(peer, session, (_, payload, packet) =>
        inbox.add(`${packet.qos} ${payload}`),
      )
      await client.subscribeAsync(topic, { qos })
      return { next: () => inbox.next(), stop: () => client.endAsync() }
    },
    async publish(peer, topic, qos) {
      const client = await connect(peer)
      for (const payload of PAYLOADS) await client.publishAsync(topic, payload, { qos })
      await client.endAsync()
    },
  }
}

const CLIENTS = [mosquittoClients, paho('tcp'), paho('websockets'), mqttJs('mqtt'), mqttJs('ws')]

class Inbox {
  private readonly messages: string[] = []
  private wake = (): void => {}

  add(message: string): void {
    this.messages.push(message)
    this.wake()
  }

  async next(): Promise<string> {
    while (this.messages.length === 0)
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    return this.messages.shift()!
  }
}

/** A program that prints a line with `subscribed`, and then `received QOS PAYLOAD` for each message. */
async function subscriberOf(child: ChildProcess, leave: () => void): Promise<Subscriber> {
  const inbox = new Inbox()
  const subscribed = new Promise<void>((resolve, reject) => {
    child.once('exit', (status) => reject(new Error(`ended with ${status}`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      if (/^subscribed/i.test(line)) resolve()
      else if (line.startsWith('received ')) inbox.add(line.slice('received '.length))
    })
  })
  child.stderr?.resume()
  await subscribed
  return {
    next: () => inbox.next(),
    async stop() {
      const exited = once(child, 'exit')
      leave()
      await exited
    },
  }
}

async function finish(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.stdin?.end(PAYLOADS.map((payload) => `${payload}\n`).join(''))
  expect((await exited)[0]).toBe(0)
}

/** The installed clients. With CI=true, all of them must be installed. */
const installed = CLIENTS.filter((client) => {
  if (client.isInstalled() || process.env.CI === 'true') return true
  console.log(`Skipped: ${client.name} is not installed.`)
  return false
})

describeWith(exampleBroker, (peer) => {
  test.each(QOS)('each client receives the QoS %i messages of every client', async (qos) => {
    const topic = `clients/${qos}`
    const subscribers = await Promise.all(installed.map((client) => client.subscribe(peer(), topic, qos)))
    for (const publisher of installed) {
      await publisher.publish(peer(), topic, qos)
      for (const [index, subscriber] of subscribers.entries())
        for (const payload of PAYLOADS)
          expect(await subscriber.next(), `${publisher.name} to ${installed[index]!.name}`).toBe(
            `${qos} ${payload}`,
          )
    }
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()))
  })

  describe.each(installed)('$name', (client) => {
    test.each([1, 2])('its session keeps messages of QoS %i while it is disconnected', async (qos) => {
      const topic = `sessions/${client.name}/${qos}`
      const session = `session of ${client.name} ${qos}`
      const first = await client.subscribe(peer(), topic, qos, session)
      await first.stop()
      await mqttJs('mqtt').publish(peer(), topic, qos)
      const second = await client.subscribe(peer(), topic, qos, session)
      for (const payload of PAYLOADS) expect(await second.next()).toBe(`${qos} ${payload}`)
      await second.stop()
    })
  })
})
