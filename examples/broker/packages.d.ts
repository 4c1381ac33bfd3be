// The parts of its packages that the broker uses, so that the type check does not need them installed.

declare module 'ws' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, Server } from 'node:http'
  import type { Duplex } from 'node:stream'

  export interface WebSocket extends EventEmitter {
    /** Bytes that are not yet sent. */
    readonly bufferedAmount: number
    pong(data: Buffer): void
  }
  export class WebSocketServer {
    constructor(options: {
      server: Server
      maxPayload: number
      autoPong: boolean
      handleProtocols: () => string
      verifyClient: (
        info: { req: IncomingMessage },
        answer: (isAccepted: boolean, status: number, message: string) => void,
      ) => void
    })
    on(event: 'error', listener: () => void): this
    on(event: 'connection', listener: (webSocket: WebSocket) => void): this
  }
  export function createWebSocketStream(
    webSocket: WebSocket,
    options: { readableObjectMode: true; readableHighWaterMark: number },
  ): Duplex
}

declare module 'denque' {
  /** A double-ended queue. */
  export default class Denque<Item> {
    readonly length: number
    push(item: Item): number
    shift(): Item | undefined
  }
}
