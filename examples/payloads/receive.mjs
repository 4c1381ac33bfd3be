// Receives payloads of any size and writes each to a file: node examples/payloads/receive.mjs DIRECTORY [PORT]

import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { decodeStream, encode } from 'mqtt-wire'

const [directory = '.', port = '1883'] = process.argv.slice(2)
let files = 0

const server = createServer(async (socket) => {
  socket.on('error', () => {}) // for errors after the loop; errors inside it are thrown by it
  const unreleased = new Set()
  try {
    // Payloads of fewer bytes are Buffers.
    for await (const packet of decodeStream(socket, { role: 'server', piecesFrom: 65_536 })) {
      if (packet.type === 'connect') socket.write(encode({ type: 'connack', returnCode: 0 }))
      else if (packet.type === 'pingreq') socket.write(encode({ type: 'pingresp' }))
      else if (packet.type === 'disconnect') break
      else if (packet.type === 'publish') {
        // With QoS 2, a packet identifier belongs to the same message until PUBREL releases it (§4.3.3).
        if (packet.qos !== 2 || !unreleased.has(packet.packetId)) await save(packet)
        if (packet.qos === 1) socket.write(encode({ type: 'puback', packetId: packet.packetId }))
        if (packet.qos === 2) {
          unreleased.add(packet.packetId)
          socket.write(encode({ type: 'pubrec', packetId: packet.packetId }))
        }
      } else if (packet.type === 'pubrel') {
        unreleased.delete(packet.packetId)
        socket.write(encode({ type: 'pubcomp', packetId: packet.packetId }))
      }
    }
  } catch (error) {
    console.error(error)
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
