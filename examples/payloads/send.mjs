// Sends a file of any size as one payload: node examples/payloads/send.mjs FILE [PORT] [TOPIC]

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { decodeStream, encode, encodePublishHeader } from 'mqtt-wire'

const [file = '', port = '1883', topic = 'house/firmware'] = process.argv.slice(2)
const { size } = await stat(file)

const socket = connect(Number(port), '127.0.0.1')
const answers = decodeStream(socket, { role: 'client' })

/** @param {import('mqtt-wire').Packet | undefined} packet */
function unexpected(packet) {
  return new Error(`unexpected ${packet?.type ?? 'end of the stream'}`)
}

socket.write(encode({ type: 'connect', clientId: 'send', keepAlive: 60 }))
const { value: connack } = await answers.next()
if (connack?.type !== 'connack') throw unexpected(connack)
if (connack.returnCode !== 0) throw new Error(`the server refused with return code ${connack.returnCode}`)

// The header contains the length of the payload, so the file must not change from here on.
socket.write(encodePublishHeader({ topic, qos: 1, packetId: 1 }, size))
if (size > 0) await pipeline(createReadStream(file, { end: size - 1 }), socket, { end: false })
const { value: puback } = await answers.next()
if (puback?.type !== 'puback') throw unexpected(puback)
console.log(`${topic}: ${size} bytes of ${file}`)

socket.end(encode({ type: 'disconnect' }))
