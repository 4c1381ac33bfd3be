// Measures requests per second with persistent connections, and with a connection for each message, in turn with the same
// HTTP server and broker. npm run load -- [--broker mqtt://127.0.0.1:1883] [--seconds 5] [--rounds 3] [--clients 50]

import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connect } from '../client/client.js'
import { startGateway } from './gateway.js'

const { values } = parseArgs({
  options: {
    broker: { type: 'string' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '50' },
    serve: { type: 'string' },
  },
})

/** Opens a connection for each message. @type {NonNullable<Parameters<typeof startGateway>[1]>} */
const connectionPerMessage = ({ brokers }) => ({
  stats: {
    connections: { open: 0, opening: 0, max: 0 },
    queue: { waiting: 0, inFlight: 0, bytes: 0, max: 0 },
  },
  publish: (account, { topic, payload, retain }) => {
    const publish = async () => {
      const clientId = randomUUID().slice(0, 23)
      const client = await connect({ ...brokers[0], ...account, clientId, cleanSession: true })
      await client.publish(topic, payload, { qos: 1, retain })
      await client.close()
    }
    return { done: publish(), fail: () => {} }
  },
  close: async () => {},
})

const POLICIES = { 'kept connections': undefined, 'a connection for each message': connectionPerMessage }

if (values.serve === undefined) await measure()
else await serve(/** @type {keyof typeof POLICIES} */ (values.serve), Number(values.broker))

/**
 * @param {keyof typeof POLICIES} policy
 * @param {number} brokerPort
 */
async function serve(policy, brokerPort) {
  const brokers = [{ host: '127.0.0.1', port: brokerPort }]
  const { port } = await startGateway({ port: 0, brokers }, POLICIES[policy])
  process.on('message', () => process.send?.(process.cpuUsage()))
  process.send?.(port)
}

async function measure() {
  const { default: autocannon } = await import('autocannon')
  const broker =
    values.broker === undefined ? fork(fileURLToPath(new URL('load-broker.js', import.meta.url))) : undefined
  const brokerPort =
    broker === undefined ? Number(new URL(values.broker ?? '').port) : (await once(broker, 'message'))[0]
  const servers = await Promise.all(
    Object.keys(POLICIES).map(async (policy) => {
      const child = fork(fileURLToPath(import.meta.url), ['--serve', policy, '--broker', String(brokerPort)])
      const [port] = await once(child, 'message')
      return { policy, child, port, rates: /** @type {number[]} */ ([]), answered: 0, cpu: 0, last: {} }
    }),
  )
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const server of servers) {
      const before = await cpuTime(server.child)
      const result = await autocannon({
        url: `http://127.0.0.1:${server.port}/%2F/amq.topic/load.test`,
        method: 'POST',
        connections: Number(values.clients),
        duration: round === 0 ? 1 : Number(values.seconds),
        headers: {
          authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: `body=${'x'.repeat(100)}`,
      })
      if (result.non2xx + result.errors > 0)
        throw new Error(`${server.policy}: not all were answered with 204`)
      if (round === 0) continue // warm-up
      server.cpu += (await cpuTime(server.child)) - before
      server.answered += result['2xx']
      server.rates.push(result['2xx'] / result.duration)
      server.last = result.latency
    }
  }
  for (const { policy, child, rates, answered, cpu, last } of servers) {
    const { p50, p99 } = /** @type {{ p50: number, p99: number }} */ (last)
    const each = rates.map((rate) => rate.toFixed(0)).join(', ')
    console.log(
      `${policy}: ${each} requests/s; latency of the last round ${p50} ms (median), ${p99} ms (99%);`,
    )
    console.log(`  ${(cpu / answered).toFixed(0)} µs of CPU time for each request in the gateway`)
    child.kill()
  }
  const [kept, single] = servers.map(({ rates }) => rates.reduce((sum, rate) => sum + rate, 0))
  console.log(`ratio: ${((kept ?? 0) / (single ?? 0)).toFixed(1)}`)
  broker?.kill()
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} in microseconds
 */
async function cpuTime(child) {
  child.send('cpu')
  const [{ user, system }] = await once(child, 'message')
  return user + system
}
