// Receives payloads of any size and writes each to a file: node examples/payloads/receive.mjs DIRECTORY [PORT]

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DecodeError, decodeStream, encode } from 'mqtt-wire'

const [directory = '.', port = '1883'] = process.argv.slice(2)
let files = 0

/** @type {import('mqtt-wire').DecodePayloadStreamOptions<'server'>} */
const OPTIONS = {
  role: 'server',
  piecesFrom: 65_536, // payloads of fewer bytes are Buffers
  refuse: ['control-characters'], // topics are printed
}

const server = createServer(async (socket) => {
  socket.on('error', () => {}) // for errors after the loop; errors inside it are thrown by it
  const unreleased = new Set()
  /** @param {import('mqtt-wire').PacketInput} packet */
  const answer = async (packet) => {
    socket.write(encode(packet))
    if (socket.writableNeedDrain) await once(socket, 'drain') // do not store answers for a peer that does not read
  }
  try {
    for await (const packet of decodeStream(socket, OPTIONS)) {
      if (packet.type === 'connect') await answer({ type: 'connack', returnCode: 0 })
      else if (packet.type === 'pingreq') await answer({ type: 'pingresp' })
      else if (packet.type === 'disconnect') break
      else if (packet.type === 'publish') {
        // With QoS 2, a packet identifier belongs to the same message until PUBREL releases it (§4.3.3).
        if (packet.qos !== 2 || !unreleased.has(packet.packetId)) await save(packet)
        if (packet.qos === 1) await answer({ type: 'puback', packetId: packet.packetId })
        if (packet.qos === 2) {
          unreleased.add(packet.packetId)
          await answer({ type: 'pubrec', packetId: packet.packetId })
        }
      } else if (packet.type === 'pubrel') {
        unreleased.delete(packet.packetId)
        await answer({ type: 'pubcomp', packetId: packet.packetId })
      }
    }
  } catch (error) {
    console.error(error)
    if (error instanceof DecodeError && error.action !== 'close')
      socket.write(encode({ type: 'connack', returnCode: error.action.connack })) // [MQTT-3.1.2-2] [MQTT-3.1.3-8]
  }
  socket.destroySoon()
})

/** @param {Extract<import('mqtt-wire').StreamedPacketTo<'server', Buffer>, { type: 'publish' }>} packet */
async function save({ topic, payload, payloadLength }) {
  const file = join(directory, `${++files}.payload`) // not named after the topic, which the peer chooses
  await pipeline(payloadLength === undefined ? [payload] : payload, createWriteStream(file))
  console.log(`${topic}: ${payloadLength ?? payload.length} bytes in ${file}`)
}

server.listen(Number(port), '127.0.0.1', () => console.log('listening on', server.address()))
