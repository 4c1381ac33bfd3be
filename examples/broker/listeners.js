// TCP and WebSocket: both give streams of bytes (§4.2, §6).

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** @typedef {(stream: import('node:stream').Duplex) => void} Accept called for each connection */

/** After a minute of silence the operating system asks whether the other end is still there. */
const SOCKETS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }

/** Connections that the operating system may hold until they are accepted. */
const BACKLOG = 4_096

/** The bytes that may await a WebSocket client before its pings are no longer answered: it may not read the answers. */
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
      http.closeAllConnections() // those that have not become WebSockets
      await Promise.all([tcp, http].map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}

/**
 * Gives streams of messages: Buffers, and strings where a client sends text.
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
  webSockets.on('error', () => {}) // the server's, for which `listening` waits
  webSockets.on('connection', (webSocket) => {
    webSocket.on('ping', (data) => {
      if (webSocket.bufferedAmount < MAX_PONGS) webSocket.pong(data)
    })
    const stream = createWebSocketStream(webSocket, { readableObjectMode: true, readableHighWaterMark: 1 })
    // What is sent in one turn is one message, which takes less time than a message for each packet.
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
  server.on('error', () => {}) // a connection could not be accepted, for lack of file descriptors: the others go on
}

/** @param {import('node:net').Server} server */
function portOf(server) {
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port
}
