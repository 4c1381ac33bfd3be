import { expect } from 'vitest'
import { connect } from '../client/client.js'
import type { Gateway } from './testing.ts'

const SENDERS = 40
const BEFORE = 200
const AFTER = 500
const PATIENCE_MS = 60_000
const LAST = 'the last one'

let runs = 0

/** Posts messages without a pause while something happens to the broker, and records the answer to each. */
export class FaultRun {
  /** Statuses by body. */
  private readonly answers = new Map<string, number>()
  private isOver = false
  private before = 0
  private senders: Promise<void>[] = []
  private readonly gateway: Gateway
  private readonly clientId = `account${process.pid}x${++runs}`

  private constructor(gateway: Gateway) {
    this.gateway = gateway
  }

  /** Subscribes with a persistent session, and starts to post. */
  static async start(gateway: Gateway, brokerPort: number): Promise<FaultRun> {
    const run = new FaultRun(gateway)
    const subscriber = await run.session(brokerPort)
    await subscriber.subscribe('load/#', 1)
    await subscriber.close()
    run.senders = Array.from({ length: SENDERS }, (_, sender) => run.send(sender))
    await run.more(BEFORE)
    run.before = run.answers.size
    return run
  }

  /** Posts some more, and expects that all messages that were answered with 204 have arrived. */
  async finish(name: string, brokerPort: number): Promise<void> {
    const { answers, before, gateway } = this
    await this.more(AFTER)
    this.isOver = true
    await Promise.all(this.senders)
    expect((await gateway.post({ key: 'load.end', form: { body: LAST } })).status).toBe(204)

    const arrived = await this.collect(brokerPort)
    const acknowledged = [...answers].filter(([, status]) => status === 204).map(([body]) => body)
    const lost = acknowledged.filter((body) => !arrived.has(body))
    const twice = [...arrived.values()].filter((times) => times > 1).length
    const { publishes } = await gateway.stats()
    console.log(
      `${name}: ${answers.size} requests, ${before} of them before; ${acknowledged.length} answered with 204, ` +
        `${lost.length} of these lost; ${twice} arrived more than once; ${publishes.resent} sent again`,
    )
    expect(lost).toEqual([])
    expect(publishes.connectionsLost).toBeGreaterThan(0)
    expect(new Set(answers.values())).toEqual(new Set([204]))
  }

  private async more(count: number): Promise<void> {
    const enough = this.answers.size + count
    await expect.poll(() => this.answers.size, { timeout: PATIENCE_MS }).toBeGreaterThan(enough)
  }

  private async send(sender: number): Promise<void> {
    for (let count = 0; !this.isOver; count++) {
      const body = `${sender}-${count}`
      const { status } = await this.gateway.post({ key: `load.${sender}`, form: { body } })
      this.answers.set(body, status)
    }
  }

  /** How often each body has arrived. */
  private async collect(brokerPort: number): Promise<Map<string, number>> {
    const arrived = new Map<string, number>()
    const reader = await this.session(brokerPort)
    for await (const { payload } of reader) {
      const body = payload.toString()
      if (body === LAST) break
      arrived.set(body, (arrived.get(body) ?? 0) + 1)
    }
    await reader.close()
    return arrived
  }

  private session(port: number): ReturnType<typeof connect> {
    return connect({ port, clientId: this.clientId, username: '/:guest', password: 'guest' })
  }
}
