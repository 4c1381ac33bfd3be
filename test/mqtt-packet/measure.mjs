// Measures mqtt-wire in place of mqtt-packet: node test/mqtt-packet/measure.mjs [--rounds N] [--quick]
//
// Calls: both codecs in one process, in alternating rounds; the median CPU time of each.
// Brokers: one aedes process for each codec, alternating; the CPU time of the broker's process per delivery, because
// deliveries per second depend on the scheduler if there are few cores.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { encode, PacketParser } from '../../dist/index.js'
import standIn from '../../mqtt-packet/index.js'

const isQuick = process.argv.includes('--quick')
const option = process.argv.indexOf('--rounds')
const ROUNDS = option > 0 ? Number(process.argv[option + 1]) : isQuick ? 3 : 9

const original = createRequire(import.meta.url)('original')
const CODECS = { original, 'mqtt-wire': standIn }
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]
const number = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

/** The CPU time of this process in microseconds. */
const cpuTime = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

// Calls

const PUBLISH = { cmd: 'publish', topic: 'house/kitchen/temperature', payload: Buffer.from('21.5'), qos: 0 }
const PACKETS = {
  'PUBLISH, QoS 0': PUBLISH,
  'PUBLISH, QoS 1': { ...PUBLISH, qos: 1, messageId: 7 },
  'PUBLISH, 1 KiB': { ...PUBLISH, payload: Buffer.alloc(1_024, 1) },
  PUBACK: { cmd: 'puback', messageId: 7 },
  SUBSCRIBE: { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'house/+/temperature', qos: 1 }] },
}
const PACKETS_PER_CHUNK = 100
const CALLS = isQuick ? 2_000 : 10_000

let sum = 0
class Sink extends Writable {
  _write(chunk, _encoding, done) {
    sum += chunk.length
    done()
  }
  _writev(chunks, done) {
    for (const { chunk } of chunks) sum += chunk.length
    done()
  }
}

const OPERATIONS = {
  parse(codec, packet) {
    const chunk = Buffer.concat(Array(PACKETS_PER_CHUNK).fill(original.generate(packet)))
    const parser = codec.parser()
    parser.on('packet', ({ topic, payload, messageId }) => {
      sum += (topic?.length ?? 0) + (payload?.[0] ?? 0) + (messageId ?? 0)
    })
    return async () => {
      for (let calls = 0; calls < CALLS; calls += PACKETS_PER_CHUNK) parser.parse(chunk)
    }
  },
  generate(codec, packet) {
    return async () => {
      for (let calls = 0; calls < CALLS; calls++) sum += codec.generate(packet)[0]
    }
  },
  // Ten packets in each turn of the event loop, like a broker.
  writeToStream(codec, packet) {
    const sink = new Sink()
    return async () => {
      for (let calls = 0; calls < CALLS; ) {
        for (let each = 0; each < 10; each++, calls++) codec.writeToStream(packet, sink)
        await new Promise(setImmediate)
      }
    }
  },
}

console.log('| Call | Packet | mqtt-packet, ns | mqtt-wire, ns | times as fast |\n|---|---|---|---|---|')
for (const [operation, prepare] of Object.entries(OPERATIONS)) {
  for (const [name, packet] of Object.entries(PACKETS)) {
    const runs = Object.entries(CODECS).map(([codec, api]) => ({
      codec,
      run: prepare(api, packet),
      times: [],
    }))
    for (let round = -2; round < ROUNDS; round++) {
      for (const { run, times } of round % 2 === 0 ? runs : [...runs].reverse()) {
        const start = cpuTime()
        await run()
        if (round >= 0) times.push(((cpuTime() - start) * 1_000) / CALLS)
      }
    }
    const [theirs, ours] = runs.map(({ times }) => median(times))
    console.log(`| ${operation} | ${name} | ${number(theirs)} | ${number(ours)} | ${number(theirs / ours)} |`)
  }
}

// Brokers

const BROKERS = {
  'mqtt-packet': 'original',
  'mqtt-wire': 'default',
  "mqtt-wire, flush: 'immediate'": '{ "flush": "immediate" }',
}

/** A client of the broker. Its CPU time is not counted. */
async function client(port, clientId, onPublish) {
  const socket = connect(port, '127.0.0.1')
  const parser = new PacketParser({ role: 'client' })
  const waiting = new Map()
  socket.on('data', (chunk) => {
    const answers = []
    for (const packet of parser.push(chunk)) {
      if (packet.type === 'publish') {
        onPublish?.()
        if (packet.qos === 1) answers.push(encode({ type: 'puback', packetId: packet.packetId }))
      } else waiting.get(packet.type)?.()
    }
    if (answers.length > 0) socket.write(Buffer.concat(answers))
  })
  const send = (packet, answer) => {
    socket.write(encode(packet))
    return new Promise((resolve) => waiting.set(answer, resolve))
  }
  await send({ type: 'connect', clientId }, 'connack')
  return { socket, send }
}

/** The broker's CPU time per delivery in microseconds. */
async function cost(codec, receivers, qos, messages) {
  const worker = fileURLToPath(new URL('measure-worker.mjs', import.meta.url))
  const broker = fork(worker, { env: { ...process.env, CODEC: codec } })
  const [{ port }] = await once(broker, 'message')
  let delivered = 0
  let enough = () => {}
  let awaited = Infinity
  const onPublish = () => ++delivered === awaited && enough()
  const sockets = []
  for (let index = 0; index < receivers; index++) {
    const { socket, send } = await client(port, `r${index}`, onPublish)
    await send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'house/#', qos }] }, 'suback')
    sockets.push(socket)
  }
  const { socket } = await client(port, 'sender')
  sockets.push(socket)
  const publish = async (count) => {
    awaited = delivered + count * receivers
    const all = new Promise((resolve) => {
      enough = resolve
    })
    const batch = Array.from({ length: count }, (_, index) => {
      const packetId = qos === 0 ? undefined : 1 + (index % 65_535)
      return encode({ type: 'publish', topic: PUBLISH.topic, payload: PUBLISH.payload, qos, packetId })
    })
    socket.write(Buffer.concat(batch))
    await all
  }
  const cpu = async () => {
    broker.send('cpu')
    return (await once(broker, 'message'))[0].cpu
  }
  await publish(messages) // warm-up
  const before = await cpu()
  await publish(messages)
  await publish(messages)
  const used = (await cpu()) - before
  for (const each of sockets) each.destroy()
  broker.disconnect()
  return used / (2 * messages * receivers)
}

console.log(`\n| aedes, CPU per delivery in µs | ${Object.keys(BROKERS).join(' | ')} |\n|---|---|---|---|`)
for (const receivers of [1, 100]) {
  for (const qos of [0, 1]) {
    const messages = (isQuick ? 2_000 : 10_000) / (receivers === 1 ? 1 : 20)
    const costs = new Map(Object.keys(BROKERS).map((name) => [name, []]))
    for (let round = 0; round < (isQuick ? 1 : 5); round++)
      for (const [name, codec] of Object.entries(BROKERS))
        costs.get(name).push(await cost(codec, receivers, qos, messages))
    const medians = [...costs.values()].map(median)
    const cells = medians.map(
      (value, index) => `${number(value)}${index > 0 ? ` (÷ ${number(medians[0] / value)})` : ''}`,
    )
    console.log(`| 1 to ${receivers}, QoS ${qos} | ${cells.join(' | ')} |`)
  }
}
if (sum === 0) console.log(sum)
