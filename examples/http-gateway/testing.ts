import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import { describeIfInstalled } from '../../test/support/installed.ts'
import type { Options } from './gateway.js'

// Shared by the tests of the gateway.

const isInstalled = (): boolean => existsSync(fileURLToPath(new URL('node_modules/fastify', import.meta.url)))

/** Describes tests of the gateway. They are skipped if its packages are not installed. */
export function describeGateway(name: string, define: () => void): void {
  describeIfInstalled({ name, source: 'npm ci --prefix examples/http-gateway', isInstalled }, define)
}

const running = new Set<{ close(): Promise<void> }>()
afterEach(async () => {
  await Promise.all(Array.from(running, (gateway) => gateway.close()))
  running.clear()
})

/** Starts a gateway to the broker on this port, and closes it after the test. */
export async function start(brokerPort: number, options: Options = {}): Promise<Gateway> {
  const { startGateway } = await import('./gateway.js')
  const brokers = [{ host: '127.0.0.1', port: brokerPort }]
  const gateway = await startGateway({ port: 0, brokers, ...options })
  running.add(gateway)
  return new Gateway(gateway.port, () => gateway.close())
}

export interface Post {
  readonly vhost?: string
  readonly exchange?: string
  readonly key?: string
  /** `user:password` */
  readonly credentials?: string
  readonly form?: Record<string, string> | string
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export class Gateway {
  readonly url: string
  readonly close: () => Promise<void>

  constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}`
    this.close = close
  }

  async post(post: Post = {}): Promise<Answer> {
    const {
      vhost = '/',
      exchange = 'amq.topic',
      key = 'a.b',
      credentials = 'guest:guest',
      form = { body: 'x' },
    } = post
    return this.request([vhost, exchange, key].map(encodeURIComponent).join('/'), {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      signal: post.signal ?? null,
    })
  }

  async request(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.url}/${path}`, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  async stats(): Promise<Stats> {
    return JSON.parse((await this.request('stats')).text)
  }
}

export interface Stats {
  readonly connections: { open: number; opening: number; max: number }
  readonly queue: { waiting: number; inFlight: number; bytes: number; max: number }
  readonly publishes: { acknowledged: number; resent: number; connectionsLost: number }
  readonly latency: { p50: number; p99: number }
  readonly requests: { readonly POST?: Record<string, number>; readonly GET?: Record<string, number> }
}
