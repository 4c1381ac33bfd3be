// The parts of its packages that the gateway uses, so that the type check does not need them installed.
declare module 'fastify' {
  import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'

  export interface Request {
    method: string
    headers: IncomingMessage['headers']
    params: { virtualHost: string; exchange: string; routingKey: string }
    body: import('node:querystring').ParsedUrlQuery | null | undefined
    account: import('./request.js').Account
  }
  export interface Reply {
    statusCode: number
    raw: ServerResponse
    code(status: number): this
    header(name: string, value: string): this
    headers(headers: Record<string, string>): this
    type(contentType: string): this
    send(body?: unknown): this
  }
  type Hook = (request: Request, reply: Reply) => Promise<unknown>
  type Handler = (request: Request, reply: Reply) => unknown

  export interface Server {
    server: HttpServer
    log: { warn(message: string): void; error(error: Error): void }
    supportedMethods: string[]
    addHttpMethod(method: string): void
    removeAllContentTypeParsers(): void
    addContentTypeParser(
      type: string,
      options: { parseAs: 'buffer' },
      parse: (request: Request, body: Buffer, done: (error: null, body: unknown) => void) => void,
    ): void
    setErrorHandler(handle: (error: Error, request: Request, reply: Reply) => unknown): void
    setNotFoundHandler(handle: Handler): void
    addHook(name: 'onRequest' | 'onSend', hook: Hook): void
    decorateRequest(name: string, value: null): void
    get(url: string, handle: Handler): void
    post(url: string, options: { onRequest: Hook }, handle: Handler): void
    route(options: { method: string[]; url: string; onRequest: Hook; handler: Handler }): void
    listen(address: { host: string; port: number }): Promise<string>
    addresses(): { port: number }[]
    close(): Promise<void>
  }
  function fastify(options: {
    logger: { level: string; stream?: { write(line: string): void } } | false
    logController: object
    bodyLimit: number
    requestTimeout: number
    return503OnClosing: boolean
    routerOptions: { maxParamLength: number }
    frameworkErrors: (error: Error, request: Request, reply: Reply) => unknown
  }): Server
  namespace fastify {
    class LogController {
      constructor(options: { disableRequestLogging: boolean })
    }
  }
  export default fastify
}

declare module 'prom-client' {
  interface Options {
    name: string
    help: string
    labelNames?: string[]
    buckets?: number[]
    registers: Registry[]
  }
  export class Registry {
    contentType: string
    metrics(): Promise<string>
  }
  export class Counter {
    constructor(options: Options)
    inc(labels?: Record<string, string | number>): void
    get(): Promise<{ values: { labels: Record<string, string>; value: number }[] }>
  }
  export class Gauge {
    constructor(options: Options & { collect(this: Gauge): void })
    set(value: number): void
  }
  export class Histogram {
    constructor(options: Options)
    observe(value: number): void
  }
  export function collectDefaultMetrics(options: { register: Registry }): void
}

declare module 'autocannon' {
  export default function autocannon(options: {
    url: string
    method: string
    connections: number
    duration: number
    headers: Record<string, string>
    body: string
  }): Promise<{
    '2xx': number
    non2xx: number
    errors: number
    duration: number
    latency: { p50: number; p99: number }
  }>
}
