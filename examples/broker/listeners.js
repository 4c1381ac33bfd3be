// Listens on TCP and WebSocket, both of which give streams of bytes (§4.2, §6).

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** @typedef {(stream: import('node:stream').Duplex) => void} Accept called for each connection */

/** After a minute of silence, the operating system probes whether the peer still exists. */
const SOCKETS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }

/** The maximum number of connections that wait to be accepted. */
const BACKLOG = 4_096

/** Above this many unsent bytes, the pings of a WebSocket client are not answered, as it may not read the answers. */
const MAX_PONGS = 65_536

/**
 * @param {{ port: number, host: string, ws?: number | undefined, maxPacketSize: number }} options the ports, 0 for any free
 *   ones, and the longest WebSocket message in bytes
 * @param {Accept} accept
 */
export async function listen({ port, host, ws, maxPacketSize }, accept) {
  const tcp = createServer(SOCKETS, accept)
  const http = webSocketServer(maxPacketSize, accept)
  try {
    await listening(tcp, port, host)
    if (ws !== undefined) await listening(http, ws, host)
  } catch (error) {
    tcp.close()
    throw error
  }
  return {
    port: portOf(tcp),
    wsPort: ws === undefined ? undefined : portOf(http),
    /** Resolves once the last connection has ended. */
    async close() {
      http.closeAllConnections() // the connections that are not WebSockets
      await Promise.all([tcp, http].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/**
 * Accepts WebSocket connections as streams of messages: Buffers, or strings if a client sends text.
 *
 * @param {number} maxPayload
 * @param {Accept} accept
 */
function webSocketServer(maxPayload, accept) {
  const server = createHttpServer(SOCKETS, (_, response) =>
    response.writeHead(426).end('This is for WebSocket.\n'),
  )
  const webSockets = new WebSocketServer({
    server,
    maxPayload,
    autoPong: false,
    handleProtocols: () => 'mqtt',
    verifyClient: ({ req }, answer) => answer(offersMqtt(req), 400, 'The subprotocol is mqtt'), // [MQTT-6.0.0-3]
  })
  webSockets.on('error', () => {}) // errors of the server, which `listening` handles
  webSockets.on('connection', (webSocket) => {
    webSocket.on('ping', (data) => {
      if (webSocket.bufferedAmount < MAX_PONGS) webSocket.pong(data)
    })
    const stream = createWebSocketStream(webSocket, { readableObjectMode: true, readableHighWaterMark: 1 })
    // Packets sent in one turn of the event loop are one message, which is faster than a message for each.
    stream._writev = (chunks, done) =>
      stream._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done)
    accept(stream)
  })
  return server
}

/** @param {import('node:http').IncomingMessage} request */
function offersMqtt({ headers }) {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? []
  return offered.some((protocol) => protocol.trim() === 'mqtt')
}

/**
 * @param {import('node:net').Server} server
 * @param {number} port
 * @param {string} host
 */
async function listening(server, port, host) {
  server.listen({ port, host, backlog: BACKLOG })
  await once(server, 'listening')
  server.on('error', () => {}) // for example too many open files when accepting a connection; the others continue
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}
