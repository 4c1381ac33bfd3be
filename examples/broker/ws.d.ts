// What the broker uses of ws, so that the type check does without this folder's own packages.
declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage } from 'node:http'
  import type { Duplex } from 'node:stream'

  export class WebSocketServer {
    constructor(options: { noServer: true; maxPayload: number; handleProtocols: () => string })
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      accept: (webSocket: EventEmitter) => void,
    ): void
  }
  export function createWebSocketStream(
    webSocket: EventEmitter,
    options: { readableObjectMode: true; readableHighWaterMark: number },
  ): Duplex
}
