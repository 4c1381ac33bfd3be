// The metrics for GET /metrics and GET /stats.

import { createHistogram } from 'node:perf_hooks'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const NANOSECONDS = 1e6

export class Metrics {
  registry = new Registry()
  /** Latencies in nanoseconds, with three significant digits. */
  #latencies = createHistogram()
  #stats

  /** @param {() => import('./pool.js').Pool['stats']} stats */
  constructor(stats) {
    this.#stats = stats
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.requests = new Counter({
      name: 'gateway_http_requests_total',
      help: 'HTTP requests that were answered; 499 if the client left before',
      labelNames: ['method', 'status'],
      registers,
    })
    this.resent = new Counter({
      name: 'gateway_resent_total',
      help: 'Messages sent once more because the connection was lost before PUBACK',
      registers,
    })
    this.lost = new Counter({
      name: 'gateway_connections_lost_total',
      help: 'Connections to the broker that were lost or could not be opened',
      registers,
    })
    this.seconds = new Histogram({
      name: 'gateway_publish_seconds',
      help: 'From the whole request to PUBACK',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    })
    gauge('gateway_connections', 'Open connections to the broker', () => stats().connections.open)
    gauge('gateway_waiting', 'Messages that are to be sent', () => stats().queue.waiting)
    gauge('gateway_in_flight', 'Messages that await PUBACK', () => stats().queue.inFlight)

    /**
     * @param {string} name
     * @param {string} help
     * @param {() => number} value
     */
    function gauge(name, help, value) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value())
        },
      })
    }
  }

  /** @param {number} milliseconds until PUBACK */
  acknowledged(milliseconds) {
    this.seconds.observe(milliseconds / 1_000)
    this.#latencies.record(Math.max(1, Math.round(milliseconds * NANOSECONDS)))
  }

  async stats() {
    const latencies = this.#latencies
    const count = Number(latencies.count)
    /** @param {number} nanoseconds */
    const ms = (nanoseconds) => (count === 0 ? null : nanoseconds / NANOSECONDS)
    return {
      uptime: process.uptime(),
      ...this.#stats(),
      publishes: {
        acknowledged: count,
        resent: await total(this.resent),
        connectionsLost: await total(this.lost),
      },
      latency: {
        unit: 'ms',
        mean: ms(latencies.mean),
        p50: ms(latencies.percentile(50)),
        p99: ms(latencies.percentile(99)),
        max: ms(latencies.max),
      },
      requests: await this.#requests(),
    }
  }

  /** The number of requests, by method and status. */
  async #requests() {
    /** @type {Record<string, Record<string, number>>} */
    const requests = {}
    for (const { labels, value } of (await this.requests.get()).values) {
      const { method = '', status = '' } = labels
      requests[method] ??= {}
      requests[method][status] = value
    }
    return requests
  }
}

/** @param {Counter} counter */
async function total(counter) {
  return (await counter.get()).values[0]?.value ?? 0
}
