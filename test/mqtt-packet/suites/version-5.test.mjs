import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { programPath } from '../../interop/peers/installed.ts'
import { describeWith } from './installed.mjs'
import { allowPipelining, BROKERS, messages, newName, RESUMED, resumeSession, serve } from './session.mjs'

// MQTT.js with mqtt-wire and `v5` in place of mqtt-packet: the original handles MQTT 5, and mqtt-wire 3.1.1 and 3.1.
process.env.CODEC = '{ "v5": true }'

const load = async (name) => (await import(name)).default
const PIPELINED = 1_000
const PROPERTIES = {
  payloadFormatIndicator: false,
  messageExpiryInterval: 60,
  contentType: 'text/plain',
  responseTopic: 'größe/antwort',
  correlationData: Buffer.from([0, 255]),
  userProperties: { unit: '°C', twice: ['a', 'b'] },
}

const clients = []
/** An MQTT 5 client, unless the options name another version. */
async function connect(port, options = {}) {
  const { connectAsync } = await load('mqtt')
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 5,
    clientId: newName(),
    reconnectPeriod: 0,
    ...options,
  })
  clients.push(client)
  return client
}
afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))))

describeWith('a client of MQTT 5 with mosquitto', BROKERS.mosquitto.missing, () => {
  let broker
  beforeAll(async () => {
    broker = await BROKERS.mosquitto.start()
  })
  afterAll(() => broker?.stop())

  test.each(
    [0, 1, 2].flatMap((qos) => [
      [qos, 0],
      [qos, 17],
      [qos, 5_000_000],
    ]),
  )('QoS %i, %i bytes, in both directions with all properties', async (qos, length) => {
    const [topic, payload] = [`${newName()}/größe`, Buffer.alloc(length, 'mqtt-wire')]
    const [receiver, sender] = [await connect(broker.port), await connect(broker.port)]
    await receiver.subscribeAsync(topic, { qos, properties: { subscriptionIdentifier: 300 } })
    const received = messages(receiver, 1)
    await sender.publishAsync(topic, payload, { qos, properties: PROPERTIES })
    const [message] = await received
    expect(message).toMatchObject({ topic, qos, retain: false })
    expect(message.payload.equals(payload)).toBe(true)
    expect({ ...message.properties, userProperties: { ...message.properties.userProperties } }).toMatchObject(
      { ...PROPERTIES, messageExpiryInterval: expect.any(Number), subscriptionIdentifier: 300 },
    )
  })

  test('clients of all versions receive each other’s messages', async () => {
    const topic = newName()
    const all = [
      await connect(broker.port),
      await connect(broker.port, { protocolVersion: 4 }),
      await connect(broker.port, { protocolVersion: 3, protocolId: 'MQIsdp' }),
    ]
    for (const client of all) await client.subscribeAsync(topic, { qos: 1 })
    const received = all.map((client) => messages(client, all.length))
    for (const [index, client] of all.entries()) await client.publishAsync(topic, String(index), { qos: 1 })
    for (const each of received)
      expect((await each).map(({ payload }) => payload.toString()).sort()).toEqual(['0', '1', '2'])
  })

  test(`${PIPELINED} pipelined messages of every QoS, with topic aliases`, async () => {
    const topic = newName()
    const receiver = await connect(broker.port)
    const sender = await connect(broker.port, { autoAssignTopicAlias: true })
    allowPipelining(sender)
    await receiver.subscribeAsync(topic, { qos: 0 })
    const received = messages(receiver, PIPELINED)
    const indices = [...Array(PIPELINED).keys()]
    await Promise.all(indices.map((index) => sender.publishAsync(topic, String(index), { qos: index % 3 })))
    const came = (await received).map(({ payload }) => Number(payload))
    expect(came.sort((a, b) => a - b)).toEqual(indices)
  })

  test('No Local, and Retain As Published', async () => {
    const topic = newName()
    const client = await connect(broker.port)
    await client.subscribeAsync(topic, { qos: 1, nl: true, rap: true, rh: 2 })
    const received = messages(client, 1)
    await client.publishAsync(topic, 'of its own', { qos: 1 })
    const other = await connect(broker.port)
    await other.publishAsync(topic, 'of another', { qos: 1, retain: true })
    expect(await received).toMatchObject([{ payload: Buffer.from('of another'), retain: true }])
  })

  test('reason codes: no matching subscribers, no such subscription', async () => {
    const client = await connect(broker.port)
    const packets = []
    client.on('packetreceive', (packet) => packets.push(packet))
    await client.publishAsync(newName(), 'x', { qos: 1 })
    await client.unsubscribeAsync(newName())
    expect(packets).toMatchObject([
      { cmd: 'puback', reasonCode: 16 },
      { cmd: 'unsuback', granted: [17] },
    ])
  })

  test('a will with properties', async () => {
    const topic = newName()
    const watcher = await connect(broker.port)
    await watcher.subscribeAsync(topic, { qos: 2 })
    const received = messages(watcher, 1)
    const properties = { contentType: 'text/plain', userProperties: { why: 'lost' } }
    const client = await connect(broker.port, { will: { topic, payload: 'gone', qos: 2, properties } })
    client.stream.destroy()
    const [message] = await received
    expect(message).toMatchObject({ payload: Buffer.from('gone'), qos: 2 })
    expect(message.properties.contentType).toBe('text/plain')
  })

  test('a session continues after the connection is lost', async () => {
    const receiver = await connect(broker.port, {
      clean: false,
      reconnectPeriod: 300,
      properties: { sessionExpiryInterval: 600 },
    })
    const { sessionPresent, numbers } = await resumeSession(receiver, () => connect(broker.port))
    expect(sessionPresent).toBe(true)
    expect(numbers).toEqual(RESUMED)
  })
})

/** A server that forwards published messages, using the version of each connection's CONNECT. */
async function startRelay() {
  const { parser: newParser, writeToStream } = await load('mqtt-packet')
  const subscribers = new Map()
  return serve((socket) => {
    const parser = newParser()
    let opts
    const write = (packet) => writeToStream(packet, socket, opts)
    const answers = {
      connect: (connect) => {
        opts = { protocolVersion: connect.protocolVersion }
        write({ cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: false })
      },
      subscribe: ({ messageId, subscriptions }) => {
        for (const { topic } of subscriptions)
          subscribers.set(topic, [...(subscribers.get(topic) ?? []), write])
        write({ cmd: 'suback', messageId, granted: subscriptions.map(() => 0) })
      },
      publish: ({ qos, topic, payload, messageId, properties }) => {
        if (qos === 1) write({ cmd: 'puback', messageId, reasonCode: 0 })
        for (const send of subscribers.get(topic) ?? []) {
          send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false, properties })
        }
      },
      disconnect: () => socket.end(),
    }
    parser.on('packet', (packet) => answers[packet.cmd]?.(packet))
    parser.on('error', (error) => socket.destroy(error))
    socket.on('error', () => {}).on('data', (chunk) => parser.parse(chunk))
  })
}

describeWith('a server of MQTT 5, 3.1.1 and 3.1', BROKERS.mosquitto.missing, () => {
  let relay
  beforeAll(async () => {
    relay = await startRelay()
  })
  afterAll(() => relay?.close())

  const mosquittoPub = (...args) =>
    promisify(execFile)(programPath('mosquitto_pub'), ['-p', String(relay.port), ...args])

  test.each([
    ['mqttv5', ['-D', 'publish', 'user-property', 'unit', '°C'], { unit: '°C' }],
    ['mqttv311', [], undefined],
    ['mqttv31', [], undefined],
  ])(
    'clients of each version receive messages from mosquitto_pub -V %s',
    async (version, args, userProperties) => {
      const topic = newName()
      const all = [
        await connect(relay.port),
        await connect(relay.port, { protocolVersion: 4 }),
        await connect(relay.port, { protocolVersion: 3, protocolId: 'MQIsdp' }),
      ]
      for (const client of all) await client.subscribeAsync(topic)
      const received = all.map((client) => messages(client, 1))
      await mosquittoPub('-V', version, '-i', newName(), '-q', '1', '-t', topic, '-m', 'größe', ...args)
      const [[of5], [of4], [of3]] = await Promise.all(received)
      for (const message of [of5, of4, of3])
        expect(message).toMatchObject({ topic, payload: Buffer.from('größe') })
      expect(of5.properties?.userProperties?.unit).toBe(userProperties?.unit)
      expect([of4.properties, of3.properties]).toEqual([undefined, undefined])
    },
  )
})

describeWith('aedes with `v5`', [], () => {
  test('answers a CONNECT of MQTT 5 with CONNACK 1', async () => {
    const broker = await BROKERS.aedes.start()
    await expect(connect(broker.port)).rejects.toMatchObject({ code: 1 })
    await broker.stop()
  })
})
