import { beforeAll, describe, expect, test } from 'vitest'
import type { QoS, SubscribeInput } from '../../src/index.ts'
import { corpus } from '../vectors/corpus.ts'
import { Client } from './client.ts'
import { AEDES, type Difference, explaining, RABBITMQ } from './differences.ts'
import { aedes } from './peers/aedes.ts'
import { mosquitto } from './peers/mosquitto.ts'
import { ACCOUNT, describeWith, type Installation, type Peer } from './peers/peer.ts'
import { rabbitmq } from './peers/rabbitmq.ts'
import { agrees, isForAll, isForBrokers, type Row, type Verdict, verdictsOn } from './verdict.ts'
import { expectCommitted, onValidRows } from './verdicts-page.ts'

// Whole sessions with real brokers. The client checks every byte that they answer.

interface Broker {
  readonly installation: Installation
  /** The highest QoS that it grants. */
  readonly highestQos: QoS
  /** The highest QoS of a will that it accepts. */
  readonly willQos: QoS
  /** The return code for a wrong password. */
  readonly refusal: number
  /** The valid packets of a client that it does not accept. For mosquitto, verdicts.test.ts also tests malformed ones. */
  readonly differences?: readonly Difference[]
}

const BROKERS: readonly Broker[] = [
  { installation: mosquitto, highestQos: 2, willQos: 2, refusal: 5 },
  // It grants at most QoS 1, as [MQTT-3.8.4-6] allows, and does not accept a will with QoS 2.
  { installation: rabbitmq, highestQos: 1, willQos: 1, refusal: 4, differences: RABBITMQ },
  { installation: aedes, highestQos: 2, willQos: 2, refusal: 4, differences: AEDES },
]
const QOS = [0, 1, 2] as const
const PAYLOADS = [
  { name: 'no payload', payload: Buffer.alloc(0) },
  { name: '17 bytes', payload: Buffer.from('any bytes \0\xff\x80 ü', 'latin1') },
  { name: '256 KiB', payload: Buffer.alloc(256 * 1024, 'mqtt-wire') },
]

let clients = 0
const newId = (): string => `c${process.pid}x${++clients}`

async function connected(peer: Peer): Promise<Client> {
  const { client, connack } = await Client.connect(peer.port, { clientId: newId(), keepAlive: 60 })
  expect(connack).toEqual({ type: 'connack', sessionPresent: false, returnCode: 0 })
  return client
}

async function subscribe(
  client: Client,
  ...subscriptions: SubscribeInput['subscriptions']
): Promise<number[]> {
  client.send({ type: 'subscribe', packetId: 7, subscriptions })
  const { packetId, returnCodes } = await client.next('suback')
  expect(packetId).toBe(7)
  return returnCodes
}

/** Sends a message and completes its delivery to the broker. */
async function publish(
  client: Client,
  message: { topic: string; payload: Buffer; qos: QoS; retain?: boolean },
  answersQos2 = true,
): Promise<void> {
  const packetId = message.qos === 0 ? undefined : 11
  client.send({ type: 'publish', ...message, packetId })
  if (packetId === undefined) return client.ping()
  if (message.qos === 1 || !answersQos2)
    return void expect(await client.next('puback')).toMatchObject({ packetId })
  expect(await client.next('pubrec')).toMatchObject({ packetId })
  client.send({ type: 'pubrel', packetId })
  expect(await client.next('pubcomp')).toMatchObject({ packetId })
}

describe.each(BROKERS)(
  '$installation.name',
  ({ installation, highestQos, willQos, refusal, differences }) => {
    describeWith(installation, (peer) => {
      // RabbitMQ answers a PUBLISH with QoS 2 with PUBACK, in violation of [MQTT-3.3.4-1].
      const answersQos2 = highestQos === 2
      const topicOf = (name: string): string => `mqtt-wire/${newId()}/${name}`

      test('ping and disconnect', async () => {
        const client = await connected(peer())
        await client.ping()
        await client.disconnect()
      })

      test.each(QOS.flatMap((qos) => PAYLOADS.map((row) => ({ ...row, qos }))))(
        'a message of QoS $qos and $name, there and back',
        async ({ qos, payload }) => {
          const topic = topicOf('größe/温度')
          const [receiver, sender] = [await connected(peer()), await connected(peer())]
          const granted = Math.min(qos, highestQos)
          expect(await subscribe(receiver, { topicFilter: topic, qos })).toEqual([granted])
          await publish(sender, { topic, payload, qos }, answersQos2)
          const message = await receiver.receivePublish()
          expect(message).toMatchObject({ topic, qos: granted, dup: false, retain: false })
          expect(message.payload.equals(payload)).toBe(true)
          await receiver.ping()
          await Promise.all([receiver.disconnect(), sender.disconnect()])
        },
      )

      test('wildcards: only messages that match are delivered', async () => {
        const base = topicOf('tree')
        const client = await connected(peer())
        await subscribe(
          client,
          { topicFilter: `${base}/+/leaf`, qos: 0 },
          { topicFilter: `${base}/root/#`, qos: 0 },
        )
        const payload = Buffer.from('x')
        for (const topic of ['a/leaf', 'a/b/leaf', 'leaf', 'root', 'root/a/b', 'b/leaf'])
          client.send({ type: 'publish', topic: `${base}/${topic}`, payload })
        for (const topic of ['a/leaf', 'root', 'root/a/b', 'b/leaf'])
          expect(await client.receivePublish()).toMatchObject({ topic: `${base}/${topic}` })
        await client.ping()
        await client.disconnect()
      })

      test('a retained message is delivered to later subscribers until it is cleared', async () => {
        const topic = topicOf('retained')
        const sender = await connected(peer())
        await publish(sender, { topic, payload: Buffer.from('kept'), qos: 1, retain: true })
        const first = await connected(peer())
        await subscribe(first, { topicFilter: topic, qos: 1 })
        expect(await first.receivePublish()).toMatchObject({
          topic,
          payload: Buffer.from('kept'),
          retain: true,
        })
        await publish(sender, { topic, payload: Buffer.alloc(0), qos: 1, retain: true })
        const second = await connected(peer())
        await subscribe(second, { topicFilter: topic, qos: 1 })
        await second.ping()
        await Promise.all([sender, second].map((client) => client.disconnect()))
        first.destroy()
      })

      test.each(QOS.filter((qos) => qos <= willQos))(
        'a will of QoS %i is published when the client is gone',
        async (qos) => {
          const topic = topicOf('will')
          const watcher = await connected(peer())
          await subscribe(watcher, { topicFilter: topic, qos })
          const will = { topic, payload: Buffer.from('gone'), qos, retain: false }
          const { client } = await Client.connect(peer().port, { clientId: newId(), will, keepAlive: 30 })
          await client.ping()
          client.destroy()
          expect(await watcher.receivePublish()).toMatchObject({ topic, payload: will.payload, qos })
          await watcher.disconnect()
        },
      )

      test('DISCONNECT discards the will', async () => {
        const topic = topicOf('will')
        const watcher = await connected(peer())
        await subscribe(watcher, { topicFilter: topic, qos: 0 })
        const will = { topic, payload: 'gone', qos: 0, retain: false } as const
        const { client } = await Client.connect(peer().port, { clientId: newId(), will })
        await client.disconnect()
        await watcher.ping()
        await watcher.disconnect()
      })

      test('a resumed session delivers the messages that arrived meanwhile', async () => {
        const [topic, clientId] = [topicOf('later'), newId()]
        const first = await Client.connect(peer().port, { clientId, cleanSession: false })
        expect(first.connack.sessionPresent).toBe(false)
        await subscribe(first.client, { topicFilter: topic, qos: 1 })
        await first.client.disconnect()
        const sender = await connected(peer())
        await publish(sender, { topic, payload: Buffer.from('meanwhile'), qos: 1 })
        const again = await Client.connect(peer().port, { clientId, cleanSession: false })
        expect(again.connack).toEqual({ type: 'connack', sessionPresent: true, returnCode: 0 })
        expect(await again.client.receivePublish()).toMatchObject({
          topic,
          payload: Buffer.from('meanwhile'),
          qos: 1,
        })
        await again.client.ping()
        await Promise.all([again.client.disconnect(), sender.disconnect()])
      })

      test('nothing is delivered after UNSUBSCRIBE', async () => {
        const topic = topicOf('no more')
        const client = await connected(peer())
        await subscribe(client, { topicFilter: topic, qos: 0 })
        client.send({
          type: 'unsubscribe',
          packetId: 65_535,
          topicFilters: [topic, `${topic}/never/subscribed`],
        })
        expect(await client.next('unsuback')).toEqual({ type: 'unsuback', packetId: 65_535 })
        client.send({ type: 'publish', topic, payload: 'x' })
        await client.ping()
        await client.disconnect()
      })

      test('U+FEFF is part of a topic', async () => {
        const topic = `\uFEFF${topicOf('\uFEFF')}`
        const client = await connected(peer())
        await subscribe(client, { topicFilter: topic, qos: 0 })
        client.send({ type: 'publish', topic, payload: 'x' })
        expect((await client.receivePublish()).topic).toBe(topic)
        await client.disconnect()
      })

      test('an account', async () => {
        const { client, connack } = await Client.connect(peer().accountPort, {
          clientId: newId(),
          ...ACCOUNT,
        })
        expect(connack.returnCode).toBe(0)
        await client.disconnect()
        const wrong = { ...ACCOUNT, password: 'wrong' }
        const { client: stranger, connack: answer } = await Client.connect(peer().accountPort, {
          clientId: newId(),
          ...wrong,
        })
        expect(answer).toEqual({ type: 'connack', sessionPresent: false, returnCode: refusal })
        stranger.destroy()
      })

      if (differences === undefined) return
      describe('every valid packet of a client', () => {
        const rows: readonly Row[] = corpus.valid.filter((row) => isForAll(row) && isForBrokers(row))
        const reasonsFor = (row: Row): Difference[] => explaining(differences, row)
        let verdicts: Map<Row, Verdict>
        let differing: Row[]
        beforeAll(async () => {
          verdicts = await verdictsOn(rows, peer().port)
          differing = rows.filter((row) => !agrees(row, verdicts.get(row)))
        })

        test('is accepted, or a clause explains why not', () => {
          expect(differing.filter((row) => reasonsFor(row).length !== 1).map(({ name }) => name)).toEqual([])
        })

        test.each(differences)('still true: $what', (difference) => {
          expect(differing.some((row) => reasonsFor(row).includes(difference))).toBe(true)
        })

        test('VERDICTS.md is up to date', () => {
          expectCommitted(installation, onValidRows(installation, verdicts, differences))
        })
      })
    })
  },
)
