// Runs the gateway: npm start -- --broker mqtt://127.0.0.1:1883. The README lists the options.

import { parseArgs } from 'node:util'
import { startBroker } from '../broker/broker.js'
import { startGateway } from './gateway.js'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
    broker: { type: 'string', multiple: true },
    exchange: { type: 'string' },
    'time-limit': { type: 'string' },
    'max-connections': { type: 'string' },
    'max-queue': { type: 'string' },
    'log-level': { type: 'string', default: 'info' },
  },
})

const own = values.broker === undefined ? await startBroker({ port: 0 }) : undefined
const brokers = own === undefined ? values.broker?.map(address) : [{ host: '127.0.0.1', port: own.port }]
const gateway = await startGateway({
  host: values.host,
  port: number('port'),
  exchange: values.exchange,
  timeLimit: number('time-limit'),
  maxConnections: number('max-connections'),
  maxQueue: number('max-queue'),
  logger: { level: values['log-level'] },
  brokers,
})

const name = values.host.includes(':') ? `[${values.host}]` : values.host
const target = brokers?.map(({ host, port }) => `mqtt://${host}:${port}`).join(', ')
console.log(`listening on http://${name}:${gateway.port}, publishing to ${target}`)

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await gateway.close()
    await own?.close()
  })

/** @param {string} text */
function address(text) {
  if (!URL.canParse(text)) throw new Error('--broker takes mqtt://host:port')
  const { protocol, hostname, port, username, password } = new URL(text)
  if (protocol !== 'mqtt:') throw new Error('--broker takes mqtt://host:port')
  if (username !== '' || password !== '') throw new Error('the credentials come with each request')
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 1883 : Number(port) }
}

/** @param {'port' | 'time-limit' | 'max-connections' | 'max-queue'} option */
function number(option) {
  const value = values[option]
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(value)) throw new Error(`--${option} takes a number, not ${value}`)
  return Number(value)
}
