// Sends a file of any size as one payload: node examples/payloads/send.mjs FILE [PORT] [TOPIC]

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { decodeStream, encode, encodePublishHeader } from 'mqtt-wire'

const [file = '', port = '1883', topic = 'house/firmware'] = process.argv.slice(2)
const MAX_SILENCE = 60_000 // milliseconds; while a write waits, Node notices it only after twice as long

// Half open, so that the end of the answers is noticed first, and not that the socket cannot be written.
const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
socket.on('error', () => {}) // `send` throws them
socket.setTimeout(MAX_SILENCE, () => socket.destroy(new Error('the server neither reads nor answers')))
const answers = decodeStream(socket, { role: 'client' })

try {
  await send()
} catch (error) {
  console.error(`not sent: ${/** @type {Error} */ (error).message}`)
  process.exitCode = 1
  socket.destroy()
}

async function send() {
  const connected = answer('connack') // before anything is awaited, so that it gets the errors of the socket
  socket.write(encode({ type: 'connect', clientId: 'send', keepAlive: 60 }))
  const connack = await connected
  if (connack.returnCode !== 0) throw new Error(`the server refused with return code ${connack.returnCode}`)
  const { size } = await stat(file)
  const acknowledged = answer('puback')
  acknowledged.catch((error) => socket.destroy(error)) // stops the file
  // The header contains the length of the payload, so the file must not change from here on.
  socket.write(encodePublishHeader({ topic, qos: 1, packetId: 1 }, size))
  if (size > 0) await pipeline(createReadStream(file, { end: size - 1 }), socket, { end: false })
  await acknowledged
  console.log(`${topic}: ${size} bytes of ${file}`)
  socket.write(encode({ type: 'disconnect' }))
  socket.destroySoon()
}

/**
 * Waits for the server's next packet, which must be of this type.
 *
 * @template {import('mqtt-wire').Packet['type']} Type
 * @param {Type} type
 * @returns {Promise<Extract<import('mqtt-wire').Packet, { type: Type }>>}
 */
async function answer(type) {
  const { value: packet } = await answers.next()
  if (packet === undefined) throw new Error('the server closed the connection')
  if (packet.type !== type) throw new Error(`the server sent ${packet.type} instead of ${type}`)
  return packet
}
