import { once } from 'node:events'
import { connect as openSocket, type Socket } from 'node:net'
import { type ConnectInput, encode, type PacketInput, type Publish, type QoS } from 'mqtt-wire'
import { expect, test } from 'vitest'
import { Client } from '../../test/interop/client.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import type { Broker, Options } from './broker.js'
import { embedded } from './peer.ts'

// Clients that exceed a limit: each is held to it, and the others are not affected.

const KIB = 1024

async function connect(broker: Broker, options: Partial<ConnectInput> = {}): Promise<Client> {
  const { client, connack } = await Client.connect(broker.port, { clientId: '', ...options })
  expect(connack.returnCode).toBe(0)
  return client
}

async function subscribe(client: Client, topicFilter: string, qos: QoS): Promise<number[]> {
  client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter, qos }] })
  return (await client.next('suback')).returnCodes
}

/** Publishes numbered messages, and returns once the broker has received all of them. */
async function publish(
  client: Client,
  number: number,
  qos: 0 | 1,
  { topic = 't', size = 1, retain = false } = {},
): Promise<void> {
  for (let index = 1; index <= number; index++) {
    const message = { type: 'publish', topic, payload: String(index).padEnd(size), retain } as const
    client.send(qos === 0 ? { ...message, qos } : { ...message, qos, packetId: index })
    if (qos === 1) await client.next('puback')
  }
  await client.ping()
}

const numberIn = ({ payload }: Publish<Buffer>): number => Number(payload.toString())
const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

async function take(client: Client, count: number): Promise<Publish<Buffer>[]> {
  const packets: Publish<Buffer>[] = []
  while (packets.length < count) packets.push(await client.next('publish'))
  return packets
}

async function isClosed(client: Client): Promise<void> {
  expect(await client.take()).toBeUndefined()
  expect(client.isClosed).toBe(true)
}

/** A client that reads nothing until its socket is resumed. */
async function connectUnread(broker: Broker, ...packets: PacketInput[]): Promise<Socket> {
  const socket = openSocket(broker.port, '127.0.0.1').pause()
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const packet of packets) socket.write(encode(packet))
  return socket
}

const subscribeTo = (topicFilter: string, qos: QoS): PacketInput => ({
  type: 'subscribe',
  packetId: 1,
  subscriptions: [{ topicFilter, qos }],
})

describeWith(embedded, (peer) => {
  /** A broker, and its log. */
  async function start(options: Options = {}) {
    const logged: string[] = []
    const broker = await peer().start({ log: (message) => logged.push(message), ...options })
    return { broker, logged }
  }

  test('QoS 0 messages for a client that does not read are dropped above the limit; others get all of them', async () => {
    const { broker, logged } = await start({ maxBacklog: 100 * KIB })
    await connectUnread(broker, { type: 'connect', clientId: 'deaf' }, subscribeTo('t', 0))
    const [sender, receiver] = [await connect(broker), await connect(broker)]
    await subscribe(receiver, 't', 0)
    await expect.poll(() => broker.stats.connections).toBe(3)
    for (const _ of upTo(100)) {
      await publish(sender, 1, 0, { size: 200 * KIB })
      await take(receiver, 1)
    }
    expect(broker.stats.dropped).toBeGreaterThan(0)
    expect(broker.stats).toMatchObject({ connections: 3 })
    expect(logged).toEqual(['"deaf": there is no room, messages are dropped'])
  })

  test('QoS 1 messages for a client that does not read are queued in order; the connection ends when the queue is full', async () => {
    const { broker, logged } = await start({ maxInFlight: 5, maxQueue: 20 })
    const client = await connect(broker, { clientId: 'slow', cleanSession: false })
    await subscribe(client, 't', 1)
    const sender = await connect(broker)
    await publish(sender, 40, 1)
    expect((await take(client, 5)).map(numberIn)).toEqual(upTo(5))
    await isClosed(client)
    expect(broker.stats.dropped).toBe(15)
    const again = await connect(broker, { clientId: 'slow', cleanSession: false })
    const kept: Publish<Buffer>[] = []
    while (kept.length < 25) kept.push(await again.receivePublish())
    expect(kept.map(numberIn)).toEqual(upTo(25))
    expect(kept.map(({ dup }) => dup)).toEqual(upTo(25).map((number) => number <= 5))
    await again.ping()
    expect(logged).toEqual([
      '"slow": there is no room, messages are dropped',
      '"slow": the client is too slow, and its queue is full',
      '"slow": messages dropped: 1',
      '"slow": there is no room, messages are dropped',
      '"slow": messages dropped: 14',
    ])
  })

  test('the queue of a session without a connection has the same limits', async () => {
    const { broker } = await start({ maxQueue: 10, maxQueueBytes: 5_000 })
    const sender = await connect(broker)
    for (const [clientId, size, kept] of [
      ['many', 1, 9],
      ['large', 2_000, 1],
    ] as const) {
      // each counts as 500 bytes more
      const client = await connect(broker, { clientId, cleanSession: false })
      await subscribe(client, clientId, 1)
      await client.disconnect()
      await publish(sender, 20, 1, { topic: clientId, size })
      const again = await connect(broker, { clientId, cleanSession: false })
      for (const number of upTo(kept)) expect(numberIn(await again.receivePublish())).toBe(number)
      await again.ping()
    }
  })

  test.each([1, 2] as const)('acknowledged messages of QoS %i do not count for the limits', async (qos) => {
    const { broker } = await start({ maxQueueBytes: 3_000 })
    const [client, sender] = [await connect(broker), await connect(broker)]
    await subscribe(client, 't', qos)
    for (const packetId of upTo(50)) {
      sender.send({ type: 'publish', topic: 't', payload: String(packetId), qos: 2, packetId })
      expect(numberIn(await client.receivePublish())).toBe(packetId)
    }
    expect(broker.stats.dropped).toBe(0)
  })

  test('retained messages for a deleted subscription are not sent', async () => {
    const { broker } = await start({ maxInFlight: 2 })
    const [client, sender] = [await connect(broker), await connect(broker)]
    for (const number of upTo(5)) await publish(sender, 1, 1, { topic: `r/${number}`, retain: true })
    await subscribe(client, 'r/#', 1)
    const packets = await take(client, 2)
    client.send({ type: 'unsubscribe', packetId: 2, topicFilters: ['r/#'] })
    await client.next('unsuback')
    for (const { packetId = 0 } of packets) client.send({ type: 'puback', packetId })
    await client.ping()
  })

  test('a retained message that is replaced while others are sent is not sent again with them', async () => {
    const { broker } = await start({ maxInFlight: 1 })
    const [client, sender] = [await connect(broker), await connect(broker)]
    for (const number of upTo(3)) await publish(sender, 1, 1, { topic: `r/${number}`, retain: true })
    await subscribe(client, 'r/#', 1)
    await publish(sender, 1, 1, { topic: 'r/1', retain: true })
    const received: [string, boolean][] = []
    while (received.length < 4) {
      const { topic, retain } = await client.receivePublish()
      received.push([topic, retain])
    }
    await client.ping()
    expect(received).toEqual([
      ['r/1', true],
      ['r/2', true],
      ['r/3', true],
      ['r/1', false],
    ])
  })

  test('the number of messages in flight is limited, and no identifier is used twice', async () => {
    const { broker } = await start({ maxInFlight: 3 })
    const [client, sender] = [await connect(broker), await connect(broker)]
    await subscribe(client, 't', 1)
    await publish(sender, 10, 1)
    const packets = await take(client, 3)
    await client.ping()
    client.send({ type: 'puback', packetId: packets[1]!.packetId! })
    const [next] = await take(client, 1)
    await client.ping()
    expect(numberIn(next!)).toBe(4)
    const ids = [packets[0], packets[2], next].map((packet) => packet!.packetId)
    expect(new Set(ids).size).toBe(3)
  })

  test('packet identifiers wrap around, and skip those in use', async () => {
    const { broker } = await start({ maxInFlight: 2 })
    const [client, sender] = [await connect(broker), await connect(broker)]
    await subscribe(client, 't', 1)
    const identifiers = new Set<number>()
    const held = 65_534
    for (let count = 0; count < 65_540; count += 100) {
      sender.send(
        ...upTo(100).map(
          (packetId) => ({ type: 'publish', topic: 't', payload: '', qos: 1, packetId }) as const,
        ),
      )
      for (let index = 0; index < 100; index++) {
        const { packetId } = await client.next('publish')
        if (packetId === held && !identifiers.has(held)) identifiers.add(held)
        else {
          expect(packetId).not.toBe(held)
          identifiers.add(packetId!)
          client.send({ type: 'puback', packetId: packetId! })
        }
        await sender.next('puback')
      }
    }
    expect(identifiers.size).toBe(65_535)
  })

  test('a client that stops reading is disconnected, and its session kept', async () => {
    const { broker, logged } = await start({ maxBacklog: 100 * KIB, stallTimeout: 1_000 })
    const socket = await connectUnread(
      broker,
      { type: 'connect', clientId: 'deaf', cleanSession: false, keepAlive: 0 },
      subscribeTo('t', 1),
    )
    const sender = await connect(broker)
    await expect.poll(() => broker.stats.sessions).toBe(2)
    await publish(sender, 100, 1, { size: 200 * KIB })
    await expect.poll(() => logged).toEqual(['"deaf": the client does not read'])
    socket.destroy()
    const again = await connect(broker, { clientId: 'deaf', cleanSession: false })
    for (const number of upTo(100)) expect(numberIn(await again.receivePublish())).toBe(number)
    expect(broker.stats.dropped).toBe(0)
  })

  test('the broker stops reading from a client that does not read its answers', async () => {
    const { broker, logged } = await start({ maxBacklog: 16 * KIB, stallTimeout: 500 })
    const socket = await connectUnread(broker, { type: 'connect', clientId: 'asks' })
    const pings = Buffer.concat(Array.from({ length: 32_768 }, () => encode({ type: 'pingreq' })))
    while (!socket.destroyed && socket.writableLength < 1_000 * KIB) {
      socket.write(pings)
      await new Promise(setImmediate)
    }
    await expect.poll(() => logged).toEqual(['"asks": the client does not read'])
  })

  test('packets that the broker has not yet read count for the keep alive of a slow reader', async () => {
    const { broker, logged } = await start({ maxBacklog: 16 * KIB })
    const socket = await connectUnread(
      broker,
      { type: 'connect', clientId: 'slow', keepAlive: 2 },
      subscribeTo('t', 0),
    )
    const sender = await connect(broker)
    await expect.poll(() => broker.stats.sessions).toBe(2)
    const pings = setInterval(() => socket.write(encode({ type: 'pingreq' })), 200)
    await publish(sender, 20, 0, { size: 1_000 * KIB })
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    socket.resume()
    await new Promise((resolve) => setTimeout(resolve, 500))
    clearInterval(pings)
    expect(logged).toEqual(['"slow": there is no room, messages are dropped'])
    expect(socket.destroyed).toBe(false)
    socket.destroy()
  })

  test.each([0, 1] as const)(
    'a slow reader gets all retained messages with QoS %i, however many',
    async (qos) => {
      const { broker } = await start({ maxBacklog: 16 * KIB, maxInFlight: 3 })
      const sender = await connect(broker)
      for (const number of upTo(300))
        await publish(sender, 1, number % 2 === 0 ? 0 : 1, {
          topic: `r/${number}`,
          size: 2 * KIB,
          retain: true,
        })
      const client = await connect(broker)
      await subscribe(client, 'r/#', qos)
      const topics = new Set<string>()
      while (topics.size < 300) topics.add((await client.receivePublish()).topic)
      await client.ping()
      expect(broker.stats).toMatchObject({ retained: 300, dropped: 0 })
    },
  )

  test('a client that only reads exceeds its keep alive, however much is sent to it', async () => {
    const { broker, logged } = await start()
    const client = await connect(broker, { clientId: 'reads', keepAlive: 1 })
    await subscribe(client, 't', 0)
    const sender = await connect(broker)
    for (let count = 0; count < 100 && !client.isClosed; count++) {
      await publish(sender, 1, 0, { size: 2_000 * KIB })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(client.isClosed).toBe(true)
    expect(logged).toEqual(['"reads": nothing came within the keep alive'])
  })

  test('retained messages have a size limit; one above it does not replace the stored one', async () => {
    const { broker, logged } = await start({ maxRetainedBytes: 3_400 })
    const sender = await connect(broker)
    for (const topic of ['a', 'b', 'c']) await publish(sender, 1, 1, { topic, size: 800, retain: true })
    expect(broker.stats).toMatchObject({ retained: 2, dropped: 1 })
    expect(logged).toEqual(['"c": there is no room for another retained message'])
    await publish(sender, 1, 1, { topic: 'a', size: 100, retain: true })
    await publish(sender, 1, 1, { topic: 'c', size: 800, retain: true })
    expect(broker.stats).toMatchObject({ retained: 3 })
  })

  test('larger packets are accepted only after CONNECT', async () => {
    const { broker } = await start({ maxConnectSize: 100, maxPacketSize: 1_000 })
    const early = await Client.open(broker.port)
    early.send({ type: 'connect', clientId: 'x'.repeat(100) })
    await isClosed(early)
    const client = await connect(broker)
    await publish(client, 1, 1, { size: 900 })
    client.send({ type: 'publish', topic: 't', payload: 'x'.repeat(1_000) })
    await isClosed(client)
  })

  test('a client that does not send CONNECT is disconnected', async () => {
    const { broker } = await start({ connectTimeout: 100 })
    const silent = await Client.open(broker.port)
    silent.write(Buffer.from('100c', 'hex'))
    await isClosed(silent)
  })

  test('SUBSCRIBE is answered with 0x80 above the limit, and for refused filters', async () => {
    const { broker } = await start({ maxSubscriptions: 2, refusedFilters: ['test/nosubscribe'] })
    const client = await connect(broker)
    const codes: number[] = []
    for (const filter of ['test/nosubscribe', 'a', 'b', 'c', 'a'])
      codes.push(...(await subscribe(client, filter, 1)))
    expect(codes).toEqual([0x80, 1, 1, 0x80, 1])
    await publish(client, 1, 1, { topic: 'test/nosubscribe' })
    await publish(client, 1, 1, { topic: 'c' })
  })

  test('the total length of the topic filters of a session is limited', async () => {
    const { broker } = await start({ maxFiltersLength: 10 })
    const client = await connect(broker)
    const codes: number[] = []
    for (const filter of ['1234', '5678', 'abc', '1234']) codes.push(...(await subscribe(client, filter, 1)))
    client.send({ type: 'unsubscribe', packetId: 1, topicFilters: ['5678', 'never'] })
    await client.next('unsuback')
    for (const filter of ['abc', 'def', 'g']) codes.push(...(await subscribe(client, filter, 1)))
    expect(codes).toEqual([1, 1, 0x80, 1, 1, 1, 0x80])
  })

  test('above the limit of sessions, new clients get CONNACK 3, and existing sessions continue', async () => {
    const { broker } = await start({ maxSessions: 2 })
    const kept = await connect(broker, { clientId: 'kept', cleanSession: false })
    await kept.disconnect()
    const other = await connect(broker)
    const { client, connack } = await Client.connect(broker.port, { clientId: 'one more' })
    expect(connack).toMatchObject({ returnCode: 3, sessionPresent: false })
    await isClosed(client)
    await connect(broker, { clientId: 'kept', cleanSession: false })
    await other.disconnect()
    expect(broker.stats.sessions).toBe(1)
  })

  test('nothing is queued for a session that was replaced by a clean one', async () => {
    const { broker } = await start({ maxQueue: 1 })
    const kept = await connect(broker, { clientId: 'c', cleanSession: false })
    await subscribe(kept, 't', 1)
    await kept.disconnect()
    const clean = await connect(broker, { clientId: 'c' })
    await publish(clean, 5, 1)
    expect(broker.stats).toMatchObject({ sessions: 1, dropped: 0 })
  })

  test('a clean session leaves nothing behind', async () => {
    const { broker } = await start()
    for (let round = 0; round < 50; round++) {
      const client = await connect(broker)
      await subscribe(client, `only/${round}/+`, 2)
      await client.disconnect()
    }
    await expect.poll(() => broker.stats).toEqual({ connections: 0, sessions: 0, retained: 0, dropped: 0 })
  })
})
