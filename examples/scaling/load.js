// The clients of measure.js, in a separate process.

import { once } from 'node:events'
import { connect } from 'node:net'
import { encodeAll, PacketParser } from 'mqtt-wire'

const TOPIC = 'devices/0123456789/telemetry'
const PAYLOAD = Buffer.alloc(32, 'x')
/** The number of messages in flight at a time. */
const WINDOW = 200

const ignore = () => {}

process.on('message', async (/** @type {any} */ { task, ...options }) => {
  process.send?.(task === 'idle' ? await stayIdle(options) : await flow(options))
})

/** @param {{ port: number, connections: number }} options */
async function stayIdle({ port, connections }) {
  for (let index = 0; index < connections; index++) await client(port, `idle/${index}`, ignore)
  return connections
}

/**
 * Runs one publisher and its subscribers for some seconds.
 *
 * @param {{ port: number, seconds: number, qos: 0 | 1, subscribers: number }} options
 * @returns {Promise<number>} the number of deliveries
 */
async function flow({ port, seconds, qos, subscribers }) {
  let deliveries = 0
  let sent = 0
  let isOver = false
  const received = () => {
    deliveries++
    if (deliveries % subscribers === 0) more()
  }
  const sockets = await Promise.all(
    Array.from({ length: subscribers }, () => client(port, TOPIC, received, qos)),
  )
  const publisher = await client(port, 'unused', ignore)
  const publish = () => {
    const packetId = qos === 0 ? undefined : (sent % 65_535) + 1
    sent++
    return /** @type {const} */ ({ type: 'publish', topic: TOPIC, payload: PAYLOAD, qos, packetId })
  }
  // One message for each that has arrived everywhere, so that no queue grows and no message is dropped.
  const more = () => {
    const room = WINDOW - (sent - Math.floor(deliveries / subscribers))
    if (!isOver && room >= WINDOW / 2) publisher.write(encodeAll(Array.from({ length: room }, publish)))
  }
  more()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  isOver = true
  const result = deliveries
  for (const socket of [...sockets, publisher]) socket.destroy()
  return result
}

/**
 * Connects, subscribes, acknowledges messages, and calls back for each.
 *
 * @param {number} port
 * @param {string} topicFilter
 * @param {() => void} onPublish
 * @param {0 | 1} [qos]
 */
async function client(port, topicFilter, onPublish, qos = 0) {
  const socket = connect(port, '127.0.0.1').setNoDelay()
  const parser = new PacketParser({ role: 'client' })
  const subscribed = new Promise((resolve) => {
    socket.on('data', (chunk) => {
      /** @type {import('mqtt-wire').PacketInput[]} */
      const acknowledgements = []
      for (const packet of parser.push(chunk)) {
        if (packet.type === 'suback') resolve(undefined)
        if (packet.type !== 'publish') continue
        if (packet.qos === 1) acknowledgements.push({ type: 'puback', packetId: packet.packetId })
        onPublish()
      }
      if (acknowledgements.length > 0) socket.write(encodeAll(acknowledgements))
    })
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  const subscriptions = [{ topicFilter, qos }]
  socket.write(
    encodeAll([
      { type: 'connect', clientId: '' },
      { type: 'subscribe', packetId: 1, subscriptions },
    ]),
  )
  await subscribed
  return socket
}
