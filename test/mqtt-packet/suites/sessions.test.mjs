import { createRequire } from 'node:module'
import { connect as connectTcp } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from './installed.mjs'
import {
  allowPipelining,
  BROKERS,
  messages,
  newName,
  once,
  PIPELINED,
  RESUMED,
  resumeSession,
  serve,
} from './session.mjs'

// Long sessions of MQTT.js with mosquitto and aedes. Both MQTT.js and aedes use mqtt-wire in place of mqtt-packet.
const VERSIONS = [
  { version: 'MQTT 3.1.1', protocolId: 'MQTT', protocolVersion: 4 },
  { version: 'MQTT 3.1', protocolId: 'MQIsdp', protocolVersion: 3 },
]
const PAYLOADS = [
  ['no payload', Buffer.alloc(0)],
  ['17 bytes', Buffer.from('any bytes \0\xff\x80 ü', 'latin1')],
  ['5 MB', Buffer.alloc(5_000_000, 'mqtt-wire')],
]

for (const [name, { missing, start }] of Object.entries(BROKERS)) {
  describeWith(`MQTT.js with ${name}`, missing, () => {
    let broker
    let mqtt
    const clients = []
    beforeAll(async () => {
      mqtt = (await import('mqtt')).default
      broker = await start()
    })
    afterAll(() => broker?.stop())
    afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))))

    describe.each(VERSIONS)('$version', ({ protocolId, protocolVersion }) => {
      const connect = async (options = {}) => {
        const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
          protocolId,
          protocolVersion,
          clientId: newName(),
          reconnectPeriod: 0,
          ...options,
        })
        clients.push(client)
        return client
      }
      test.each([0, 1, 2].flatMap((qos) => PAYLOADS.map(([size, payload]) => ({ qos, size, payload }))))(
        'QoS $qos, $size, in both directions',
        async ({ qos, payload }) => {
          const topic = `${newName()}/größe/温度`
          const [receiver, sender] = [await connect(), await connect()]
          await receiver.subscribeAsync(topic, { qos })
          const received = messages(receiver, 2)
          await sender.publishAsync(topic, payload, { qos })
          await sender.publishAsync(topic, 'last', { qos })
          const [first, last] = await received
          expect(first).toMatchObject({ topic, qos, retain: false })
          expect(first.payload.equals(payload)).toBe(true)
          expect(last.payload.toString()).toBe('last')
        },
      )

      test(`${PIPELINED} pipelined messages of every QoS all arrive`, async () => {
        const topic = newName()
        const [receiver, sender] = [await connect(), await connect()]
        allowPipelining(sender)
        await receiver.subscribeAsync(topic, { qos: 0 })
        const received = messages(receiver, PIPELINED)
        const indices = [...Array(PIPELINED).keys()]
        await Promise.all(
          indices.map((index) => sender.publishAsync(topic, String(index), { qos: index % 3 })),
        )
        const came = (await received).map(({ payload }) => Number(payload))
        expect(came.sort((a, b) => a - b)).toEqual(indices)
      })

      test('wildcards', async () => {
        const base = newName()
        const client = await connect()
        await client.subscribeAsync({ [`${base}/+/leaf`]: { qos: 0 }, [`${base}/root/#`]: { qos: 1 } })
        const received = messages(client, 4)
        for (const topic of ['a/leaf', 'a/b/leaf', 'leaf', 'root', 'root/a/b', 'b/leaf'])
          await client.publishAsync(`${base}/${topic}`, 'x')
        expect((await received).map(({ topic }) => topic.slice(base.length + 1)).sort()).toEqual([
          'a/leaf',
          'b/leaf',
          'root',
          'root/a/b',
        ])
        await client.unsubscribeAsync([`${base}/+/leaf`, `${base}/root/#`])
      })

      test('retained messages, and their removal', async () => {
        const topic = newName()
        const sender = await connect()
        await sender.publishAsync(topic, 'kept', { qos: 1, retain: true })
        const first = await connect()
        const received = messages(first, 1)
        await first.subscribeAsync(topic, { qos: 1 })
        expect((await received)[0]).toMatchObject({ topic, payload: Buffer.from('kept'), retain: true })
        await sender.publishAsync(topic, '', { qos: 1, retain: true })
        const second = await connect()
        const only = messages(second, 1)
        await second.subscribeAsync(topic, { qos: 1 })
        await sender.publishAsync(topic, 'not kept', { qos: 1 })
        expect((await only)[0].payload.toString()).toBe('not kept')
      })

      test.each([0, 1, 2])('a will of QoS %i', async (qos) => {
        const topic = newName()
        const watcher = await connect()
        await watcher.subscribeAsync(topic, { qos })
        const received = messages(watcher, 1)
        const payload = Buffer.from('gone \0')
        const client = await connect({ will: { topic, payload, qos, retain: false } })
        client.stream.destroy()
        expect((await received)[0]).toMatchObject({ topic, payload, qos })
      })

      test('a session continues after the connection is lost', async () => {
        const receiver = await connect({ clientId: newName(), clean: false, reconnectPeriod: 300 })
        const { sessionPresent, numbers } = await resumeSession(receiver, connect)
        if (protocolVersion === 4) expect(sessionPresent).toBe(true)
        expect(numbers).toEqual(RESUMED)
      })

      test('a bridge preserves RETAIN', async () => {
        // MQTT.js cannot connect as a bridge, so this one uses the two functions directly.
        const { parser: newParser, writeToStream } = (await import('mqtt-packet')).default
        const topic = newName()
        const socket = connectTcp(broker.port, '127.0.0.1')
        const parser = newParser()
        socket.on('data', (chunk) => parser.parse(chunk))
        writeToStream(
          { cmd: 'connect', clientId: newName(), protocolId, protocolVersion, bridgeMode: true },
          socket,
        )
        await once(parser, 'packet')
        writeToStream({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }, socket)
        await once(parser, 'packet')
        const sender = await connect()
        const [[message]] = await Promise.all([
          once(parser, 'packet'),
          sender.publishAsync(topic, 'x', { qos: 1, retain: true }),
        ])
        expect(message).toMatchObject({ cmd: 'publish', topic, retain: true })
        socket.destroy()
      })

      test('username and password', async () => {
        const client = await connect({ username: 'guest', password: 'ü' })
        await client.endAsync()
      })

      test('malformed bytes end only their own connection', async () => {
        const client = await connect()
        for (const bytes of ['f000', '10ffffffff', '101000044d51545404020000000003616263', '30ff', '8000']) {
          const socket = connectTcp(broker.port, '127.0.0.1').on('error', () => {})
          socket.end(Buffer.from(bytes, 'hex')).resume()
          await new Promise((resolve) => socket.once('close', resolve))
        }
        await client.publishAsync(newName(), 'x', { qos: 1 })
      })
    })
  })
}

describeWith('MQTT.js with a server that sends wrong bytes', [], () => {
  test.each(['f000', '20028000', '2002000030ffffffff', '20020000 36 05 0001 61 0001'])('%s', async (text) => {
    const { default: mqtt } = await import('mqtt')
    const bytes = Buffer.from(text.replaceAll(' ', ''), 'hex')
    const server = await serve((socket) => socket.on('error', () => {}).write(bytes))
    const client = mqtt.connect(`mqtt://127.0.0.1:${server.port}`, { reconnectPeriod: 0 })
    const [error] = await once(client, 'error')
    expect(error.message).toMatch(/^(Not supported|Invalid|Packet must)/)
    await client.endAsync(true)
    server.close()
  })

  test('MQTT 5 without `v5` is refused at once, naming the option', async () => {
    const { default: mqtt } = await import('mqtt')
    expect(() => mqtt.connect('mqtt://127.0.0.1:1', { protocolVersion: 5 })).toThrow('createMqttPacket({ v5')
  })
})

describeWith('aedes without `v5`', [], () => {
  test('answers a CONNECT of MQTT 5 with CONNACK 1, and closes', async () => {
    const original = createRequire(import.meta.url)('original')
    const broker = await BROKERS.aedes.start()
    const socket = connectTcp(broker.port, '127.0.0.1')
    const properties = { sessionExpiryInterval: 10 }
    socket.write(original.generate({ cmd: 'connect', clientId: newName(), protocolVersion: 5, properties }))
    expect((await buffer(socket)).toString('hex')).toBe('20020001')
    await broker.stop()
  })
})
