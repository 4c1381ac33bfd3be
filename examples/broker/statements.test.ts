import { readFileSync } from 'node:fs'
import type { ConnectInput, PacketInput, Publish, QoS } from 'mqtt-wire'
import { describe, expect, test } from 'vitest'
import { Client } from '../../test/interop/client.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { exampleBroker } from './peer.ts'

// The statements of MQTT 3.1.1 about sessions, tested one by one with packets over a socket.

let count = 0
const fresh = (what: string): string => `${what}-${++count}`

/** Actions of a row. Its client identifiers, topics and sessions are its own. */
class World {
  readonly port: number
  readonly topic: string = fresh('topic')
  readonly clientId: string = fresh('client')

  constructor(port: number) {
    this.port = port
  }

  async connect(options: Partial<ConnectInput> = {}): Promise<Client> {
    const { client, connack } = await this.greet(options)
    expect(connack.returnCode).toBe(0)
    return client
  }

  greet(options: Partial<ConnectInput> = {}) {
    return Client.connect(this.port, { clientId: fresh('client'), ...options })
  }

  /** Connects to the persistent session of `clientId`. */
  resume(options: Partial<ConnectInput> = {}): Promise<Client> {
    return this.connect({ clientId: this.clientId, cleanSession: false, ...options })
  }

  async subscriber(qos: QoS, topicFilter = this.topic): Promise<Client> {
    const client = await this.connect()
    await subscribe(client, { topicFilter, qos })
    return client
  }

  /** Creates a session with a subscription, and disconnects. */
  async leaveSession(qos: QoS): Promise<void> {
    const client = await this.resume()
    await subscribe(client, { topicFilter: this.topic, qos })
    await client.disconnect()
  }

  async publish(payload: string, qos: QoS = 1, retain = false, topic = this.topic): Promise<void> {
    const client = await this.connect()
    await publish(client, { topic, payload, qos, retain })
    await client.disconnect()
  }

  /** Loses a client without DISCONNECT, and returns once the broker has noticed. */
  async lose(will: ConnectInput['will']): Promise<void> {
    const { client } = await this.greet({ clientId: this.clientId, will })
    client.destroy()
    await this.isGone()
  }

  /** Connecting again replaces the old connection, even if the broker has not yet noticed its end. */
  private async isGone(): Promise<void> {
    const again = await this.connect({ clientId: this.clientId })
    await again.disconnect()
  }
}

async function subscribe(
  client: Client,
  ...subscriptions: { topicFilter: string; qos: QoS }[]
): Promise<number[]> {
  client.send({ type: 'subscribe', packetId: 7, subscriptions })
  const { packetId, returnCodes } = await client.next('suback')
  expect(packetId).toBe(7)
  return returnCodes
}

async function unsubscribe(client: Client, ...topicFilters: string[]): Promise<void> {
  client.send({ type: 'unsubscribe', packetId: 8, topicFilters })
  expect((await client.next('unsuback')).packetId).toBe(8)
}

async function publish(
  client: Client,
  message: { topic: string; payload: string; qos: QoS; retain?: boolean },
): Promise<void> {
  const { qos } = message
  if (qos === 0) {
    client.send({ type: 'publish', ...message, qos })
    return client.ping()
  }
  client.send({ type: 'publish', ...message, qos, packetId: 11 })
  if (qos === 1) expect((await client.next('puback')).packetId).toBe(11)
  else {
    expect((await client.next('pubrec')).packetId).toBe(11)
    client.send({ type: 'pubrel', packetId: 11 })
    expect((await client.next('pubcomp')).packetId).toBe(11)
  }
}

/** The next message, with its payload as text. */
async function received(client: Client) {
  const { topic, payload, qos, dup, retain } = await client.receivePublish()
  return { topic, payload: payload.toString(), qos, dup, retain }
}

/** Expects no message: a broker delivers messages that were published before it answers the ping. */
const nothingCame = (client: Client): Promise<void> => client.ping()

async function isClosed(client: Client): Promise<void> {
  expect(await client.take()).toBeUndefined()
  expect(client.isClosed).toBe(true)
}

/** Receives messages without acknowledging them. */
async function take(client: Client, number: number): Promise<Publish<Buffer>[]> {
  const packets: Publish<Buffer>[] = []
  while (packets.length < number) packets.push(await client.next('publish'))
  return packets
}

interface Row {
  readonly statements: readonly string[]
  readonly name: string
  readonly run: (world: World) => Promise<void>
}

const ROWS: readonly Row[] = [
  {
    statements: ['MQTT-2.3.1-4', 'MQTT-2.3.1-2'],
    name: 'messages in flight have different identifiers',
    async run(world) {
      const client = await world.subscriber(2)
      for (const payload of ['1', '2', '3']) await world.publish(payload, 2)
      const packets = await take(client, 3)
      expect(new Set(packets.map(({ packetId }) => packetId)).size).toBe(3)
    },
  },
  {
    statements: ['MQTT-2.3.1-3', 'MQTT-3.3.1-1', 'MQTT-3.1.2-4', 'MQTT-3.2.2-2'],
    name: 'unacknowledged messages are sent again in order, with the same identifiers and DUP',
    async run(world) {
      await world.leaveSession(2)
      for (const [index, qos] of ([1, 2, 1, 2] as const).entries()) await world.publish(String(index), qos)
      const first = await world.resume()
      const sent = await take(first, 4)
      first.destroy()
      const { client, connack } = await world.greet({ clientId: world.clientId, cleanSession: false })
      expect(connack.sessionPresent).toBe(true)
      const again = await take(client, 4)
      expect(sent.map(({ dup }) => dup)).toEqual([false, false, false, false])
      expect(again).toEqual(sent.map((packet) => ({ ...packet, dup: true })))
    },
  },
  {
    statements: ['MQTT-2.3.1-3'],
    name: 'after PUBREC the message is not sent again, but PUBREL is, in the order of PUBRECs',
    async run(world) {
      await world.leaveSession(2)
      for (const payload of ['a', 'b', 'c']) await world.publish(payload, 2)
      const first = await world.resume()
      const [a, b, c] = await take(first, 3)
      for (const packet of [c, a]) {
        first.send({ type: 'pubrec', packetId: packet!.packetId! })
        expect((await first.next('pubrel')).packetId).toBe(packet!.packetId)
      }
      first.destroy()
      const second = await world.resume()
      expect(await second.next('publish')).toEqual({ ...b, dup: true })
      expect((await second.next('pubrel')).packetId).toBe(c!.packetId)
      expect((await second.next('pubrel')).packetId).toBe(a!.packetId)
      second.send(...[a, c].map((packet): PacketInput => ({ type: 'pubcomp', packetId: packet!.packetId! })))
      await second.ping()
      second.destroy()
      const third = await world.resume()
      expect(await third.next('publish')).toEqual({ ...b, dup: true })
      await third.ping()
    },
  },
  {
    statements: ['MQTT-2.3.1-6', 'MQTT-3.3.4-1'],
    name: 'the answer to PUBLISH depends on its QoS, and has its identifier',
    async run(world) {
      const client = await world.connect()
      for (const qos of [0, 1, 2] as const) await publish(client, { topic: world.topic, payload: 'x', qos })
    },
  },
  {
    statements: ['MQTT-2.3.1-7', 'MQTT-3.8.4-1', 'MQTT-3.8.4-2', 'MQTT-3.10.4-4', 'MQTT-3.10.4-5'],
    name: 'SUBSCRIBE and UNSUBSCRIBE are answered with their identifiers, even if nothing matched',
    async run(world) {
      const client = await world.connect()
      await subscribe(client, { topicFilter: world.topic, qos: 0 })
      await unsubscribe(client, world.topic)
      await unsubscribe(client, fresh('unknown'))
    },
  },
  {
    statements: ['MQTT-3.1.0-1', 'MQTT-4.8.0-1'],
    name: 'a connection that does not start with CONNECT is closed',
    async run(world) {
      const client = await Client.open(world.port)
      client.send({ type: 'pingreq' })
      await isClosed(client)
    },
  },
  {
    statements: ['MQTT-3.1.0-2', 'MQTT-4.8.0-1'],
    name: 'a second CONNECT closes the connection, and packets before it take effect',
    async run(world) {
      const client = await world.connect()
      client.send({ type: 'publish', topic: world.topic, payload: 'x', qos: 1, packetId: 1 })
      client.send({ type: 'connect', clientId: world.clientId })
      await client.next('puback')
      await isClosed(client)
    },
  },
  {
    statements: ['MQTT-3.1.2-5', 'MQTT-3.1.2-4'],
    name: 'messages of QoS 1 and 2 are stored for the client, in order',
    async run(world) {
      await world.leaveSession(2)
      for (const [index, qos] of ([1, 2, 1, 2] as const).entries()) await world.publish(String(index), qos)
      const client = await world.resume()
      const packets = await take(client, 4)
      expect(packets.map(({ payload }) => payload.toString())).toEqual(['0', '1', '2', '3'])
      expect(packets.map(({ qos }) => qos)).toEqual([1, 2, 1, 2])
      expect(packets.some(({ dup, retain }) => dup || retain)).toBe(false)
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.1.2-6', 'MQTT-3.2.2-1', 'MQTT-3.2.2-3', 'MQTT-3.1.4-3'],
    name: 'clean session 1 discards the session before and after the connection',
    async run(world) {
      await world.leaveSession(1)
      await world.publish('lost')
      for (const cleanSession of [true, false]) {
        const { client, connack } = await world.greet({ clientId: world.clientId, cleanSession })
        expect(connack.sessionPresent).toBe(false)
        await world.publish('nobody has subscribed')
        await nothingCame(client)
        await client.disconnect()
      }
    },
  },
  {
    statements: ['MQTT-3.1.2-7', 'MQTT-3.3.1-5', 'MQTT-3.3.1-6', 'MQTT-3.3.1-8'],
    name: 'a retained message outlives its session, and is sent to new subscriptions with RETAIN',
    async run(world) {
      await world.publish('kept', 1, true)
      const client = await world.subscriber(2)
      expect(await received(client)).toMatchObject({ payload: 'kept', qos: 1, retain: true, dup: false })
      await subscribe(client, { topicFilter: world.topic, qos: 0 })
      expect(await received(client)).toMatchObject({ payload: 'kept', qos: 0, retain: true })
    },
  },
  {
    statements: ['MQTT-3.1.2-8', 'MQTT-3.1.2-16'],
    name: 'the will is published when the connection is lost',
    async run(world) {
      const witness = await world.subscriber(2)
      await world.lose({ topic: world.topic, payload: 'lost', qos: 2 })
      expect(await received(witness)).toMatchObject({ payload: 'lost', qos: 2, retain: false })
      const late = await world.subscriber(2)
      await nothingCame(late)
    },
  },
  {
    statements: ['MQTT-3.1.2-8', 'MQTT-4.8.0-1'],
    name: 'the will is published when the broker closes the connection because of a protocol error',
    async run(world) {
      const witness = await world.subscriber(0)
      const client = await world.connect({ will: { topic: world.topic, payload: 'broken' } })
      client.write(Buffer.from([0xf0, 0]))
      await isClosed(client)
      expect(await received(witness)).toMatchObject({ payload: 'broken' })
    },
  },
  {
    statements: ['MQTT-3.1.2-10', 'MQTT-3.14.4-3'],
    name: 'DISCONNECT removes the will; packets after it are ignored',
    async run(world) {
      const witness = await world.subscriber(0)
      const client = await world.connect({ will: { topic: world.topic, payload: 'lost' } })
      client.send({ type: 'disconnect' }, { type: 'publish', topic: world.topic, payload: 'late' })
      await isClosed(client)
      await nothingCame(witness)
    },
  },
  {
    statements: ['MQTT-3.1.2-12'],
    name: 'without a will, nothing is published',
    async run(world) {
      const witness = await world.subscriber(0, `${world.topic}/#`)
      await world.lose(undefined)
      await nothingCame(witness)
    },
  },
  {
    statements: ['MQTT-3.1.2-17'],
    name: 'a will with Will Retain is retained',
    async run(world) {
      await world.lose({ topic: world.topic, payload: 'lost', qos: 1, retain: true })
      const late = await world.subscriber(1)
      expect(await received(late)).toMatchObject({ payload: 'lost', qos: 1, retain: true })
    },
  },
  {
    statements: ['MQTT-3.1.2-24'],
    name: 'a silent client is disconnected, and its will published; one that pings stays',
    async run(world) {
      const witness = await world.subscriber(0)
      const [silent, alive] = await Promise.all([
        world.connect({ keepAlive: 3, will: { topic: world.topic, payload: 'silent' } }),
        world.connect({ keepAlive: 2 }),
      ])
      const pings = setInterval(() => alive.send({ type: 'pingreq' }), 300)
      await isClosed(silent)
      expect(await received(witness)).toMatchObject({ payload: 'silent' })
      clearInterval(pings)
      expect(alive.isClosed).toBe(false)
    },
  },
  {
    statements: ['MQTT-3.1.2-24'],
    name: 'an incomplete packet does not count for the keep alive',
    async run(world) {
      const client = await world.connect({ keepAlive: 1 })
      const drip = setInterval(() => client.write(Buffer.from([0x61])), 300)
      client.write(Buffer.from('30ff7f0001', 'hex'))
      await isClosed(client)
      clearInterval(drip)
    },
  },
  {
    statements: ['MQTT-3.1.3-2', 'MQTT-3.1.4-2', 'MQTT-3.1.2-8'],
    name: 'a client that connects again takes over: the first connection is closed, its will published',
    async run(world) {
      const witness = await world.subscriber(0)
      const first = await world.resume({ will: { topic: world.topic, payload: 'taken over' } })
      await subscribe(first, { topicFilter: `${world.topic}/x`, qos: 1 })
      const second = await world.resume()
      await isClosed(first)
      expect(await received(witness)).toMatchObject({ payload: 'taken over' })
      await world.publish('for the second', 1, false, `${world.topic}/x`)
      expect(await received(second)).toMatchObject({ payload: 'for the second' })
    },
  },
  {
    statements: ['MQTT-3.1.3-6', 'MQTT-3.2.2-1'],
    name: 'empty client identifiers are accepted with clean session 1, and are different clients',
    async run(world) {
      const clients = [await world.connect({ clientId: '' }), await world.connect({ clientId: '' })]
      for (const client of clients) await client.ping()
    },
  },
  {
    statements: ['MQTT-3.1.3-9', 'MQTT-3.2.2-5', 'MQTT-3.1.4-5'],
    name: 'an empty client identifier with clean session 0 gets CONNACK 2, and nothing more',
    async run(world) {
      const witness = await world.subscriber(0)
      const client = await Client.open(world.port)
      client.write(Buffer.from('100c00044d51545404000000 0000'.replaceAll(' ', ''), 'hex'))
      client.send({ type: 'publish', topic: world.topic, payload: 'too early' })
      expect(await client.next('connack')).toMatchObject({ returnCode: 2, sessionPresent: false })
      await isClosed(client)
      await nothingCame(witness)
    },
  },
  {
    statements: ['MQTT-3.1.4-4', 'MQTT-3.2.0-1'],
    name: 'CONNACK comes first, even if messages are queued and packets follow CONNECT at once',
    async run(world) {
      await world.leaveSession(1)
      await world.publish('waits')
      const client = await Client.open(world.port)
      client.send({ type: 'connect', clientId: world.clientId, cleanSession: false }, { type: 'pingreq' })
      expect(await client.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: true })
      expect(await received(client)).toMatchObject({ payload: 'waits' })
      await client.next('pingresp')
    },
  },
  {
    statements: ['MQTT-3.2.2-6'],
    name: 'if no return code fits, the connection is closed without CONNACK',
    async run(world) {
      for (const hex of ['100d00044d5154540401003c000163', '100d00044d5154580402003c000163']) {
        const client = await Client.open(world.port)
        client.write(Buffer.from(hex, 'hex')) // a reserved flag, another protocol name
        await isClosed(client)
      }
    },
  },
  {
    statements: ['MQTT-3.2.2-5'],
    name: 'another version of MQTT gets CONNACK 1, and the connection is closed',
    async run(world) {
      const client = await Client.open(world.port)
      client.write(Buffer.from('101000044d51545405020000000003616263', 'hex'))
      expect(await client.next('connack')).toMatchObject({ returnCode: 1 })
      await isClosed(client)
    },
  },
  {
    statements: ['MQTT-3.3.1-3', 'MQTT-3.3.1-9'],
    name: "the publisher's DUP and RETAIN are not sent to existing subscriptions",
    async run(world) {
      const client = await world.subscriber(1)
      const sender = await world.connect()
      const flags = { dup: true, retain: true } as const
      sender.send({ type: 'publish', topic: world.topic, payload: 'x', qos: 1, packetId: 1, ...flags })
      await sender.next('puback')
      expect(await received(client)).toMatchObject({ payload: 'x', dup: false, retain: false })
    },
  },
  {
    statements: ['MQTT-3.3.1-8', 'MQTT-3.3.1-9'],
    name: 'a message is sent with RETAIN to new subscriptions and without it to others, regardless of their QoS',
    async run(world) {
      for (const qos of [0, 1, 2] as const) {
        const early = await world.subscriber(qos, `${world.topic}/${qos}`)
        await world.publish('x', 2, true, `${world.topic}/${qos}`)
        expect(await received(early)).toMatchObject({ qos, retain: false })
        const late = await world.subscriber(qos, `${world.topic}/${qos}`)
        expect(await received(late)).toMatchObject({ qos, retain: true })
        await world.publish('y', 2, false, `${world.topic}/${qos}`)
        for (const client of [early, late])
          expect(await received(client)).toMatchObject({ qos, retain: false })
      }
    },
  },
  {
    statements: ['MQTT-3.3.1-7'],
    name: 'a retained message of QoS 0 replaces the last one',
    async run(world) {
      await world.publish('first', 1, true)
      await world.publish('second', 0, true)
      const client = await world.subscriber(1)
      expect(await received(client)).toMatchObject({ payload: 'second', qos: 0, retain: true })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.3.1-10', 'MQTT-3.3.1-11'],
    name: 'an empty retained message clears the topic, is not kept, and is delivered like any other',
    async run(world) {
      await world.publish('kept', 1, true)
      const early = await world.subscriber(1)
      await received(early)
      await world.publish('', 1, true)
      expect(await received(early)).toMatchObject({ payload: '', retain: false })
      await nothingCame(await world.subscriber(1))
    },
  },
  {
    statements: ['MQTT-3.3.1-12'],
    name: 'a message without RETAIN is not stored, and does not replace the stored one',
    async run(world) {
      await world.publish('not kept')
      await nothingCame(await world.subscriber(1))
      await world.publish('kept', 1, true)
      await world.publish('not kept')
      const client = await world.subscriber(1)
      expect(await received(client)).toMatchObject({ payload: 'kept' })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.3.2-3', 'MQTT-3.10.4-1'],
    name: 'a message is delivered if a filter matches its topic, with the topic that was published',
    async run(world) {
      const client = await world.subscriber(0, `${world.topic}/+/x/#`)
      for (const topic of ['a/x', 'a/x/y/z', '/x', 'a/b/x', 'x', 'A/X'])
        await world.publish('', 0, false, `${world.topic}/${topic}`)
      for (const topic of ['a/x', 'a/x/y/z', '/x'])
        expect(await received(client)).toMatchObject({ topic: `${world.topic}/${topic}` })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.3.2-3'],
    name: 'filters that begin with a wildcard do not match topics that begin with $',
    async run(world) {
      const client = await world.connect()
      const dollar = `$${world.topic}`
      await publish(client, { topic: `${dollar}/x`, payload: 'kept', qos: 1, retain: true })
      await subscribe(client, { topicFilter: '#', qos: 0 }, { topicFilter: '+/x', qos: 0 })
      await unsubscribeRetained(client)
      await world.publish('live', 1, false, `${dollar}/x`)
      await nothingCame(client)
      await subscribe(client, { topicFilter: `${dollar}/#`, qos: 1 })
      expect(await received(client)).toMatchObject({ payload: 'kept', topic: `${dollar}/x`, retain: true })
      await world.publish('live', 1, false, `${dollar}/x`)
      expect(await received(client)).toMatchObject({ payload: 'live', topic: `${dollar}/x`, retain: false })
    },
  },
  {
    statements: ['MQTT-3.3.5-1'],
    name: 'overlapping subscriptions get a message once, with the highest matching QoS',
    async run(world) {
      const client = await world.connect()
      const filters = [`${world.topic}/#`, `${world.topic}/+`, `${world.topic}/x`]
      await subscribe(client, ...filters.map((topicFilter, qos) => ({ topicFilter, qos: qos as QoS })))
      await world.publish('all three', 2, false, `${world.topic}/x`)
      expect(await received(client)).toMatchObject({ payload: 'all three', qos: 2 })
      await world.publish('two', 2, false, `${world.topic}/y`)
      expect(await received(client)).toMatchObject({ payload: 'two', qos: 1 })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.8.4-3'],
    name: 'the same filter again replaces the subscription',
    async run(world) {
      const client = await world.subscriber(2)
      await subscribe(client, { topicFilter: world.topic, qos: 0 })
      await world.publish('once', 2)
      expect(await received(client)).toMatchObject({ payload: 'once', qos: 0 })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.8.4-4', 'MQTT-3.8.4-5', 'MQTT-3.9.3-1'],
    name: 'several filters are several subscriptions, with return codes in the order of the filters',
    async run(world) {
      await world.publish('kept', 1, true)
      const client = await world.connect()
      const filters = [
        { topicFilter: world.topic, qos: 2 },
        { topicFilter: fresh('other'), qos: 0 },
        { topicFilter: `${world.topic}/#`, qos: 1 },
      ] as const
      expect(await subscribe(client, ...filters)).toEqual([2, 0, 1])
      for (let each = 0; each < 2; each++) expect(await received(client)).toMatchObject({ payload: 'kept' })
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.8.4-6'],
    name: 'a message is delivered with the lower of the QoS of the publication and the subscription',
    async run(world) {
      for (const granted of [0, 1, 2] as const) {
        const client = await world.subscriber(granted)
        for (const qos of [0, 1, 2] as const) {
          await world.publish('x', qos)
          expect(await received(client)).toMatchObject({ qos: Math.min(qos, granted) })
        }
        await client.disconnect()
      }
    },
  },
  {
    statements: ['MQTT-3.10.4-1', 'MQTT-3.10.4-2', 'MQTT-3.10.4-6'],
    name: 'UNSUBSCRIBE deletes exactly the filters that it lists',
    async run(world) {
      const [one, two] = [`${world.topic}/1`, `${world.topic}/2`]
      const client = await world.connect()
      await subscribe(client, { topicFilter: one, qos: 0 }, { topicFilter: two, qos: 0 })
      await unsubscribe(client, `${world.topic}/+`, `${world.topic}/#`, one.toUpperCase())
      for (const topic of [one, two]) await world.publish('still', 0, false, topic)
      for (const topic of [one, two]) expect(await received(client)).toMatchObject({ topic })
      await unsubscribe(client, one, two)
      for (const topic of [one, two]) await world.publish('no more', 0, false, topic)
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-3.10.4-3'],
    name: 'a delivery in progress is completed after UNSUBSCRIBE, even over a new connection',
    async run(world) {
      await world.leaveSession(2)
      await world.publish('begun', 2)
      const first = await world.resume()
      const [packet] = await take(first, 1)
      await unsubscribe(first, world.topic)
      first.destroy()
      const second = await world.resume()
      expect(await second.receivePublish()).toEqual({ ...packet, dup: true })
    },
  },
  {
    statements: ['MQTT-3.12.4-1'],
    name: 'PINGREQ is answered with PINGRESP',
    run: async (world) => (await world.connect()).ping(),
  },
  {
    statements: ['MQTT-3.3.4-1'],
    name: 'a QoS 2 message that is sent again before PUBREL is not published again, even over a new connection',
    async run(world) {
      const client = await world.subscriber(2)
      const message = { type: 'publish', topic: world.topic, qos: 2, packetId: 5 } as const
      const first = await world.resume()
      first.send({ ...message, payload: 'once' })
      await first.next('pubrec')
      first.destroy()
      const second = await world.resume()
      second.send({ ...message, payload: 'once', dup: true })
      await second.next('pubrec')
      second.send({ type: 'pubrel', packetId: 5 })
      await second.next('pubcomp')
      second.send({ type: 'pubrel', packetId: 5 })
      await second.next('pubcomp')
      second.send({ ...message, payload: 'next' })
      await second.next('pubrec')
      const packets = await take(client, 2)
      expect(packets.map(({ payload }) => payload.toString())).toEqual(['once', 'next'])
      await nothingCame(client)
    },
  },
  {
    statements: ['MQTT-4.8.0-2'],
    name: 'an error on one connection does not affect the others',
    async run(world) {
      const client = await world.subscriber(1)
      for (const bytes of ['ffffffff', '100d00044d515454', '16030100', '']) {
        const hostile = await Client.open(world.port)
        hostile.write(Buffer.from(bytes, 'hex'))
        hostile.destroy()
      }
      await world.publish('goes on')
      expect(await received(client)).toMatchObject({ payload: 'goes on' })
    },
  },
]

/** Receives the messages that other rows have retained, and the answer to a ping. */
async function unsubscribeRetained(client: Client): Promise<void> {
  client.send({ type: 'pingreq' })
  for (;;) {
    const packet = await client.take()
    if (packet?.type === 'pingresp') return
    if (packet?.type !== 'publish' || !packet.retain || packet.topic.startsWith('$'))
      throw new Error(`unexpected: ${JSON.stringify(packet)}`)
  }
}

/** Statements about clients, and about servers with other features. */
const NOT_FOR_THIS_BROKER = [
  'MQTT-3.1.2-23', // the client sends packets within the keep alive
  'MQTT-3.14.4-1', // the client closes after DISCONNECT
  'MQTT-3.14.4-2', // the client sends nothing after DISCONNECT
  'MQTT-3.3.5-2', // all clients are authorized to publish
  'MQTT-3.8.3-2', // wildcards are supported
]

test('every statement about sessions has a row', () => {
  const lines = readFileSync(new URL('../../test/vectors/statements.tsv', import.meta.url), 'utf8').split(
    '\n',
  )
  const statements = lines.map((line) => line.split('\t')).filter(([, scope]) => scope === 'session')
  const covered = new Set([...ROWS.flatMap((row) => row.statements), ...NOT_FOR_THIS_BROKER])
  expect(statements.map(([id]) => id).filter((id) => !covered.has(id!))).toEqual([])
})

describeWith(exampleBroker, (peer) => {
  describe.each(ROWS)('$statements', ({ name, run }) => {
    test(name, () => run(new World(peer().port)))
  })
})
