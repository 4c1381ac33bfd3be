// Measures the example broker: memory per idle connection, and CPU time per delivery with one broker and with two.
// node examples/scaling/measure.js [--connections 10000] [--seconds 5]; Linux only, because it reads /proc.

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '5' },
  },
})
const connections = Number(values.connections)
const seconds = Number(values.seconds)
const TICKS_PER_SECOND = 100
const BROKER = fileURLToPath(new URL('../broker/main.js', import.meta.url))
const LOAD = new URL('load.js', import.meta.url)

await measureMemory()
for (const qos of [0, 1]) {
  for (const subscribers of [1, 100]) {
    for (const brokers of [1, 2]) await measureThroughput(brokers, { qos, subscribers })
  }
}

async function measureMemory() {
  const broker = await startBroker()
  const load = fork(LOAD)
  await tell(load, { task: 'idle', port: broker.port, connections: 100 }) // excludes memory that is allocated once, with the first clients
  const before = residentBytes(broker.pid)
  await tell(load, { task: 'idle', port: broker.port, connections })
  const each = (residentBytes(broker.pid) - before) / connections
  console.log(
    `${connections} idle connections, one subscription each: ${(each / 1024).toFixed(1)} KiB of resident memory each`,
  )
  load.kill()
  broker.stop()
}

/**
 * @param {number} count of brokers, each with its own clients
 * @param {{ qos: number, subscribers: number }} flow
 */
async function measureThroughput(count, flow) {
  const brokers = await Promise.all(Array.from({ length: count }, startBroker))
  const loads = brokers.map(() => fork(LOAD))
  const start = (/** @type {number} */ index, /** @type {number} */ seconds) =>
    tell(/** @type {import('node:child_process').ChildProcess} */ (loads[index]), {
      task: 'flow',
      port: brokers[index]?.port,
      seconds,
      ...flow,
    })
  await Promise.all(brokers.map((_, index) => start(index, 1))) // warm-up, until V8 has optimized
  const before = brokers.map(({ pid }) => processorSeconds(pid))
  const deliveries = await Promise.all(brokers.map((_, index) => start(index, seconds)))
  const used = brokers.reduce((sum, { pid }, index) => sum + processorSeconds(pid) - (before[index] ?? 0), 0)
  const total = deliveries.reduce((sum, each) => sum + each, 0)
  console.log(
    `1 to ${flow.subscribers}, QoS ${flow.qos}, brokers: ${count}; deliveries per second ${Math.round(total / seconds)}, ` +
      `processor time of the brokers per delivery ${((used * 1e6) / total).toFixed(2)} µs`,
  )
  for (const each of [...brokers.map(({ stop }) => stop), ...loads.map((load) => () => load.kill())]) each()
}

async function startBroker() {
  const child = spawn(process.execPath, [BROKER, '--port', '0', '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, port: Number(/:(\d+)/.exec(line)?.[1]), stop: () => child.kill() }
}

/**
 * @param {import('node:child_process').ChildProcess} load
 * @param {object} task
 * @returns {Promise<number>}
 */
async function tell(load, task) {
  load.send(task)
  const [answer] = await once(load, 'message')
  return answer
}

/** @param {number} pid */
function residentBytes(pid) {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
}

/** @param {number} pid */
function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
