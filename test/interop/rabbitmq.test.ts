import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConnectInput, decodeStream, encode, type Packet, type QoS } from '../../src/index.ts'
import {
  bindingKeyToFilter,
  filterToBindingKey,
  joinUserName,
  parseQueueName,
  queueName,
  routingKeyToTopic,
  topicToRoutingKey,
} from '../../src/rabbitmq/index.ts'
import { arbitraries } from '../../src/testing/index.ts'
import { FILTERS, LOST_KEYS, LOST_TOPICS, TOPICS, USER_NAMES } from '../rabbitmq/rows.ts'
import { AmqpClient } from './amqp.ts'
import { Client } from './client.ts'
import { describeWith } from './peers/peer.ts'
import { rabbitmq } from './peers/rabbitmq.ts'

// Compares mqtt-wire/rabbitmq with RabbitMQ itself, between an MQTT client and an AMQP client.

const PASSWORD = 'pw'
const REPORT = { onLoss: () => {} }

let clients = 0
const newId = (): string => `r${process.pid}x${++clients}`

describeWith(rabbitmq, (peer) => {
  let amqp: AmqpClient
  let publisher: Client
  beforeAll(async () => {
    amqp = await AmqpClient.open(peer().amqpPort)
    publisher = await connected()
  })
  afterAll(async () => {
    await publisher?.disconnect()
    await amqp?.close()
  })

  async function connected(options: Partial<ConnectInput> = {}): Promise<Client> {
    const { client } = await Client.connect(peer().port, { clientId: newId(), keepAlive: 60, ...options })
    return client
  }

  async function subscriber(filter: string, qos: QoS = 1): Promise<Client> {
    const client = await connected()
    await subscribe(client, filter, qos)
    return client
  }

  async function subscribe(client: Client, topicFilter: string, qos: QoS): Promise<void> {
    client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter, qos }] })
    expect(await client.next('suback')).toMatchObject({ returnCodes: [Math.min(qos, 1)] })
  }

  async function publish(topic: string, payload = 'x', retain = false): Promise<void> {
    publisher.send({ type: 'publish', topic, payload, qos: 1, packetId: 1, retain })
    await publisher.next('puback')
  }

  describe.each(TOPICS)('$topic', ({ topic, key }) => {
    test('MQTT to an AMQP consumer that is bound with the mapped key', async () => {
      const consumer = await amqp.consume(topicToRoutingKey(topic))
      await publish(topic, 'from MQTT')
      const { fields, content } = await consumer.next()
      expect(fields).toMatchObject({ exchange: 'amq.topic', routingKey: key })
      expect(content.toString()).toBe('from MQTT')
      await consumer.close()
    })

    test('AMQP to an MQTT subscriber', async () => {
      const client = await subscriber(topic)
      amqp.publish(topicToRoutingKey(topic), 'from AMQP')
      const message = await client.receivePublish()
      expect(message.topic).toBe(routingKeyToTopic(key))
      expect(message.payload.toString()).toBe('from AMQP')
      await client.disconnect()
    })
  })

  test('filters as bindings: RabbitMQ binds with the mapped keys, and both ends get the same', async () => {
    const topics = TOPICS.map(({ topic }) => topic)
    for (const { filter, key } of FILTERS) {
      const clientId = newId()
      const client = await connected({ clientId })
      await subscribe(client, filter, 0)
      const consumer = await amqp.consume(filterToBindingKey(filter))
      for (const topic of topics) await publish(topic)
      await publish('end') // so that late messages would be noticed
      amqp.publishTo(queueName(clientId, 0), 'end')
      amqp.publishTo(consumer.queue, 'end')
      const received: string[] = []
      for (;;) {
        const message = await client.receivePublish()
        if (message.payload.toString() === 'end') break
        received.push(message.topic)
      }
      expect((await consumer.until('end')).map(({ fields }) => routingKeyToTopic(fields.routingKey))).toEqual(
        received,
      )
      expect(bindingKeyToFilter(key)).toBe(filter)
      await consumer.close()
      await client.disconnect()
    }
  })

  describe.each(LOST_TOPICS)('$topic does not survive', ({ topic, received }) => {
    test('RabbitMQ converts it as onLoss reported', async () => {
      const consumer = await amqp.consume('#')
      const client = await Lenient.subscribe(peer().port, '#')
      await publish(topic)
      const { fields } = await consumer.next()
      expect(fields.routingKey).toBe(topicToRoutingKey(topic, REPORT))
      expect(await client.nextTopic()).toBe(received)
      expect(routingKeyToTopic(fields.routingKey, REPORT)).toBe(received)
      expect(received).not.toBe(topic)
      client.close()
      await consumer.close()
    })
  })

  describe.each(LOST_KEYS)('the routing key $key does not survive', ({ key }) => {
    test('RabbitMQ converts it as onLoss reported', async () => {
      const client = await Lenient.subscribe(peer().port, '#')
      amqp.publish(key, 'x')
      expect(await client.nextTopic()).toBe(routingKeyToTopic(key, REPORT))
      client.close()
    })
  })

  test('* as a whole level of a filter matches any level', async () => {
    const client = await subscriber('star/*')
    await publish('star/any')
    expect((await client.receivePublish()).topic).toBe('star/any')
    await client.disconnect()
  })

  test('the words of AMQP that topic filters do not have', async () => {
    for (const [key, topic] of [
      ['#.words', 'any/number/words'],
      ['words.#.end', 'words/a/b/end'],
    ] as const) {
      const consumer = await amqp.consume(key)
      expect(() => bindingKeyToFilter(key)).toThrow()
      await publish(topic)
      expect((await consumer.next()).fields.routingKey).toBe(topicToRoutingKey(topic))
      await consumer.close()
    }
  })

  test('topics of more than 255 bytes reach MQTT, and end the connection of an AMQP consumer', async () => {
    const topic = `${'long/'.repeat(51)}x`
    expect(() => topicToRoutingKey(topic)).toThrow('256')
    const client = await subscriber('long/#')
    const victim = await AmqpClient.open(peer().amqpPort)
    await victim.consume('long.#')
    await publish(topic)
    expect((await client.receivePublish()).topic).toBe(topic)
    expect((await victim.failure).message).toContain('541')
    await client.disconnect()
  })

  test('a property: generated topics arrive under their mapped keys, and come back', async () => {
    const { topicName } = arbitraries(fc)
    const topics = [...new Set(fc.sample(topicName, { numRuns: 1_500, seed: 18 }))]
    const mapped = topics.filter((topic) => {
      try {
        topicToRoutingKey(topic)
        return true
      } catch {
        return false
      }
    })
    expect(mapped.length).toBeGreaterThan(400)
    const consumer = await amqp.consume('#')
    const client = await subscriber('#', 0)
    for (const topic of mapped) publisher.send({ type: 'publish', topic, payload: 'x' })
    await publisher.ping()
    for (const topic of mapped) {
      expect((await consumer.next()).fields.routingKey).toBe(topicToRoutingKey(topic))
      expect((await client.receivePublish()).topic).toBe(topic)
    }
    await client.disconnect()
    await consumer.close()
  })

  test('queues: their names, and the keys that they are bound with', async () => {
    const ids = [newId(), `größe/+#. ${newId()}`, 'w'.repeat(233)]
    const filters = ['q/+/x', 'q/#', '/q//+']
    const open: Client[] = []
    const expected: Record<string, string[]> = {}
    for (const clientId of ids) {
      for (const [index, qos] of ([0, 1, 2] as const).entries()) {
        const id = clientId.length === 233 ? clientId : `${clientId}-${index}`
        const client = await connected({ clientId: id })
        open.push(client)
        for (const filter of filters) await subscribe(client, filter, qos)
        const name = queueName(id, qos)
        expected[name] = filters.map((filter) => filterToBindingKey(filter)).sort()
        expect(await amqp.hasQueue(name)).toBe(true)
        expect(parseQueueName(name)).toEqual({ clientId: id, qos: Math.min(qos, 1) })
        if (clientId.length === 233) break
      }
    }
    expect(bindings(peer().control('list_bindings', '--formatter', 'json'), Object.keys(expected))).toEqual(
      expected,
    )
    for (const client of open) await client.disconnect()
  })

  test('retained messages arrive in AMQP when they are published, and not again', async () => {
    const key = topicToRoutingKey('kept/one')
    const consumer = await amqp.consume(key)
    await publish('kept/one', 'kept', true)
    const { content, properties } = await consumer.next()
    expect(content.toString()).toBe('kept')
    expect(properties.headers).toMatchObject({ 'x-mqtt-publish-qos': 1, 'x-mqtt-dup': false })
    const later = await amqp.consume(key)
    const client = await subscriber('kept/one')
    expect(await client.receivePublish()).toMatchObject({ topic: 'kept/one', retain: true })
    amqp.publishTo(later.queue, 'end')
    expect(await later.until('end')).toEqual([])
    await publish('kept/one', '', true)
    expect((await consumer.next()).content).toHaveLength(0)
    await client.disconnect()
    await Promise.all([consumer.close(), later.close()])
  })

  test.each([0, 1, 2] as const)('a will of QoS %i arrives in AMQP', async (qos) => {
    const topic = `wills/${newId()}`
    const consumer = await amqp.consume(topicToRoutingKey(topic))
    const client = await connected({ will: { topic, payload: 'gone', qos } })
    client.destroy()
    const { content, properties } = await consumer.next()
    expect(content.toString()).toBe('gone')
    expect(properties.headers).toMatchObject({ 'x-mqtt-publish-qos': qos })
    await consumer.close()
  })

  describe('user names', () => {
    beforeAll(() => {
      const file = join(tmpdir(), `mqtt-wire-definitions-${process.pid}.json`)
      writeFileSync(file, definitions(['', 'other', 'a:b', 'x\ny'], ['alice', 'ali:ce']))
      peer().control('import_definitions', file)
    })

    // amqplib treats an empty virtual host as none, so only MQTT can show that it exists.
    const reachable = USER_NAMES.filter(({ virtualHost, user }) => virtualHost !== '' && user !== '')

    test('the virtual host without a name', async () => {
      const connect = { clientId: newId(), username: ':alice', password: PASSWORD }
      const { client, connack } = await Client.connect(peer().port, connect)
      expect(connack.returnCode).toBe(0)
      await client.disconnect()
    })

    test.each(reachable)('$userName', async ({ virtualHost, user, userName }) => {
      expect(joinUserName({ virtualHost, user })).toBe(userName)
      const there = await AmqpClient.open(peer().amqpPort, virtualHost ?? '/', user, PASSWORD)
      const consumer = await there.consume('users')
      const client = await connected({ username: userName, password: PASSWORD })
      client.send({ type: 'publish', topic: 'users', payload: userName })
      expect((await consumer.next()).content.toString()).toBe(userName)
      await client.disconnect()
      await there.close()
    })

    test.each(['ali:ce', '/:ali:ce', 'other:'])('%j is not let in', async (username) => {
      const connect = { clientId: newId(), username, password: PASSWORD }
      const { connack } = await Client.connect(peer().port, connect)
      expect(connack.returnCode).toBe(4)
    })

    test('colons on two lines: closed without a CONNACK', async () => {
      const client = await Client.open(peer().port)
      client.send({ type: 'connect', clientId: newId(), username: 'x:y\nz:alice', password: PASSWORD })
      expect(await client.take()).toBeUndefined()
      expect(client.isClosed).toBe(true)
    })
  })
})

/** The binding keys of queues, from the output of `list_bindings`. */
function bindings(json: string, queues: readonly string[]): Record<string, string[]> {
  const rows = JSON.parse(json) as { source_name: string; destination_name: string; routing_key: string }[]
  const keysOf = (queue: string): string[] =>
    rows
      .filter(
        ({ source_name, destination_name }) => source_name === 'amq.topic' && destination_name === queue,
      )
      .map(({ routing_key }) => routing_key)
      .sort()
  return Object.fromEntries(queues.map((queue) => [queue, keysOf(queue)]))
}

/** Virtual hosts, and users with all permissions in each. */
function definitions(virtualHosts: readonly string[], users: readonly string[]): string {
  const salt = randomBytes(4)
  const digest = createHash('sha256').update(salt).update(PASSWORD).digest()
  const everything = { configure: '.*', write: '.*', read: '.*' }
  return JSON.stringify({
    vhosts: virtualHosts.map((name) => ({ name })),
    users: users.map((name) => ({
      name,
      password_hash: Buffer.concat([salt, digest]).toString('base64'),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: '',
    })),
    permissions: users.flatMap((user) =>
      ['/', ...virtualHosts].map((vhost) => ({ user, vhost, ...everything })),
    ),
  })
}

/** A subscriber that tolerates topic names with wildcards, which RabbitMQ sends in violation of [MQTT-3.3.2-2]. */
class Lenient {
  private readonly received: AsyncIterator<Packet>
  private readonly socket: Socket

  private constructor(socket: Socket) {
    this.socket = socket
    this.received = decodeStream(socket, { role: 'client', tolerate: ['wildcard-in-topic-name'] })
  }

  static async subscribe(port: number, topicFilter: string): Promise<Lenient> {
    const socket = connect(port, '127.0.0.1')
    const client = new Lenient(socket)
    socket.write(encode({ type: 'connect', clientId: newId() }))
    socket.write(encode({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter, qos: 0 }] }))
    for (const type of ['connack', 'suback']) expect((await client.received.next()).value.type).toBe(type)
    return client
  }

  async nextTopic(): Promise<string> {
    return (await this.received.next()).value.topic
  }

  close(): void {
    this.socket.destroy()
  }
}
