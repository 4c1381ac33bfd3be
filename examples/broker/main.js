// Runs the broker: node examples/broker/main.js --port 1883 --ws 8080. The README lists the options.

import { parseArgs } from 'node:util'
import { startBroker } from './broker.js'
import { loadUsers } from './users.js'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '1883' },
    ws: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    users: { type: 'string' },
    'max-queue': { type: 'string' },
    'max-packet-size': { type: 'string' },
    'refuse-filter': { type: 'string', multiple: true },
    quiet: { type: 'boolean' },
  },
})
const { host } = values

const broker = await startBroker({
  host,
  port: number('port'),
  ws: number('ws'),
  maxQueue: number('max-queue', 1),
  maxPacketSize: number('max-packet-size', 1),
  users: values.users === undefined ? undefined : await loadUsers(values.users),
  refusedFilters: values['refuse-filter'],
  log: values.quiet ? undefined : console.error,
})

const name = host.includes(':') ? `[${host}]` : host
const webSocket = broker.wsPort === undefined ? '' : ` and ws://${name}:${broker.wsPort}`
console.log(`listening on mqtt://${name}:${broker.port}${webSocket}`)

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => broker.close())

/**
 * @param {'port' | 'ws' | 'max-queue' | 'max-packet-size'} option
 * @param {number} [min]
 */
function number(option, min = 0) {
  const value = values[option]
  if (value === undefined) return undefined
  if (!/^\d{1,9}$/.test(value) || Number(value) < min)
    throw new Error(`--${option} takes a number from ${min} on, not ${value}`)
  return Number(value)
}
