// What the broker uses of ws, so that the type check does without this folder's own packages.
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage } from 'node:http'
  import type { Duplex } from 'node:stream'

  export interface WebSocket extends EventEmitter {
    /** Bytes that are not sent yet. */
    readonly bufferedAmount: number
    pong(data: Buffer): void
  }
  export class WebSocketServer {
    constructor(options: {
      noServer: true
      maxPayload: number
      handleProtocols: () => string
      autoPong: boolean
    })
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      accept: (webSocket: WebSocket) => void,
    ): void
  }
  export function createWebSocketStream(
    webSocket: WebSocket,
    options: { readableObjectMode: true; readableHighWaterMark: number },
  ): Duplex
}
