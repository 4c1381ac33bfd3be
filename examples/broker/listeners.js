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

const WRONG_SUBPROTOCOL = 'HTTP/1.1 400 The subprotocol is mqtt\r\nConnection: close\r\n\r\n'

/**
 * @param {{ port: number, host: string, ws?: number, maxMessageSize: number }} options the ports, 0 for any free ones, and
 *   the longest WebSocket message in bytes
 * @param {Accept} accept
 */
export async function listen({ port, host, ws, maxMessageSize }, accept) {
  const tcp = createServer(SOCKETS, accept)
  const http = webSocketServer(maxMessageSize, accept)
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
  const http = createHttpServer(SOCKETS, (_, response) =>
    response.writeHead(426).end('This is for WebSocket.\n'),
  )
  const handleProtocols = () => 'mqtt'
  const webSockets = new WebSocketServer({ noServer: true, maxPayload, handleProtocols, autoPong: false })
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {}) // such as a reset: without a listener it would end the process
    const offered = request.headers['sec-websocket-protocol']?.split(',') ?? []
    if (offered.some((protocol) => protocol.trim() === 'mqtt'))
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('ping', (data) => {
          if (webSocket.bufferedAmount < MAX_PONGS) webSocket.pong(data)
        })
        const stream = createWebSocketStream(webSocket, {
          readableObjectMode: true,
          readableHighWaterMark: 1,
        })
        // What is sent in one turn is one message, which takes less time than a message for each packet.
        stream._writev = (chunks, done) =>
          stream._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done)
        accept(stream)
      })
    else socket.end(WRONG_SUBPROTOCOL, () => socket.destroy()) // [MQTT-6.0.0-3]
  })
  return http
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
