// Brokers as targets, which listen only on 127.0.0.1. `127.1` is the same address, but `check` does not recognize it.

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rowsFor } from '../../src/cli/check/rows.ts'
import { Broker as BrokerTarget } from '../../src/cli/target/broker.ts'
import { Broker } from '../interop/broker.ts'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const broker = new Broker()
let port: number
beforeAll(async () => {
  broker.server.listen(0, '127.0.0.1')
  await once(broker.server, 'listening')
  port = (broker.server.address() as { port: number }).port
})
afterAll(() => void broker.server.close())

async function run(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  try {
    return { status: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args])) }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
    return { status: code, stdout, stderr }
  }
}

describe('--remote', () => {
  test('without it, only this machine can be a target', async () => {
    let connections = 0
    const count = (): void => void connections++
    broker.server.on('connection', count)
    const { status, stderr } = await run('check', `mqtt://127.1:${port}`)
    broker.server.off('connection', count)
    expect(status).toBe(2)
    expect(stderr).toBe(
      'mqtt-wire: 127.1 is not this machine; if the broker is yours to break, add --remote (see mqtt-wire help)\n',
    )
    expect(connections).toBe(0)
  })

  test('with it, any host can be a target', async () => {
    const { status, stdout, stderr } = await run(
      ...['fuzz', `mqtt://127.1:${port}`, '--remote', '--rate', '1000', '--runs', '0', '--seed', '1'],
    )
    expect(stderr).toBe('')
    expect(stdout).toMatch(/: 0 findings in [1-9][\d,]* inputs, seed 1\.\n$/)
    expect(status).toBe(0)
  })
})

test.each([
  ['--rate', '0'],
  ['--rate', 'fast'],
  ['--rate', 'Infinity'],
  ['--patience', '0'],
  ['--patience', '100001'],
])('%s %s', async (option, value) => {
  const { status, stderr } = await run('check', `mqtt://127.0.0.1:${port}`, option, value)
  expect(status).toBe(2)
  expect(stderr).toContain(`${option} must be 0.001 to 100,000 `)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})

describe('connections', () => {
  const rows = rowsFor({ sendsOnly: 'client' })
    .filter(({ row }) => row.packets === undefined && row.hex.startsWith('30') && row.code === undefined)
    .slice(0, 40)

  /** Examines the rows. Returns the maximum number of connections open at once, and the duration. */
  async function examine(host: string, options: { rate?: string }) {
    let open = 0
    let most = 0
    const opened = (socket: Socket): void => {
      most = Math.max(most, ++open)
      socket.once('close', () => open--)
    }
    const target = new BrokerTarget(`mqtt://${host}:${port}`, {
      declared: {},
      isRemoteAllowed: true,
      ...options,
    })
    await target.start()
    broker.server.on('connection', opened)
    const start = performance.now()
    await target.examine(rows, (index, symptoms) => expect.unreachable(`${index}: ${symptoms[0]?.happened}`))
    const seconds = (performance.now() - start) / 1_000
    broker.server.off('connection', opened)
    await target.close()
    return { most, seconds, verdicts: target.verdicts }
  }

  test('many at once to this machine', async () => {
    const { most, verdicts } = await examine('127.0.0.1', {})
    expect(most).toBeGreaterThan(1)
    expect(verdicts).toEqual(rows.map(() => 'accepted'))
  })

  test.each([
    ['127.0.0.1', { rate: '50' }, 50],
    ['127.1', {}, 20],
    ['127.1', { rate: '50' }, 50],
  ] as const)('one after another on %s with %j', async (host, options, rate) => {
    const { most, seconds, verdicts } = await examine(host, options)
    expect(most).toBeLessThanOrEqual(2) // the previous one may still be closing
    expect(verdicts).toEqual(rows.map(() => 'accepted'))
    expect(rows.length - 1).toBeLessThanOrEqual(seconds * rate * 1.01)
  })
})

test('--patience limits the wait for a broker that never answers', async () => {
  const mute = createServer(() => {}).listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const { port: own } = mute.address() as { port: number }
  const { status, stderr } = await run('check', `mqtt://127.0.0.1:${own}`, '--patience', '0.2')
  mute.close()
  expect(status).toBe(2)
  expect(stderr).toContain('does not serve two clients: the end instead of connack')
})
