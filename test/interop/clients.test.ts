import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Broker } from './broker.ts'
import { programPath } from './peers/installed.ts'

// A minimal broker on our parser and encoder serves mosquitto's own clients.

const programs = ['mosquitto_sub', 'mosquitto_pub'].map(programPath)
const isMissing = programs.includes(undefined) && process.env.CI !== 'true'
if (isMissing)
  console.log('Skipped: mosquitto_sub is not installed (Debian: apt-get install mosquitto-clients).')

describe.skipIf(isMissing)('mosquitto_sub and mosquitto_pub', () => {
  const broker = new Broker()
  let port: string
  beforeAll(async () => {
    broker.server.listen(0, '127.0.0.1')
    await once(broker.server, 'listening')
    port = String((broker.server.address() as { port: number }).port)
  })
  afterAll(() => {
    broker.server.close()
    expect(broker.errors).toEqual([])
  })

  /** Both use 3.1.1 by default. */
  const run = (name: string, ...args: string[]): ChildProcess =>
    spawn(programPath(name)!, ['-h', '127.0.0.1', '-p', port, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })

  async function publish(...args: string[]): Promise<void> {
    const [code] = await once(run('mosquitto_pub', ...args), 'exit')
    expect(code).toBe(0)
  }

  /** Starts a subscriber that exits after one message. Resolves when it has subscribed, with a promise of its output. */
  async function subscribe(filter: string, ...args: string[]): Promise<{ printed: Promise<string> }> {
    const isSubscribed = once(broker.subscribed, filter)
    const child = run('mosquitto_sub', '-C', '1', '-t', filter, ...args)
    const printed = text(child.stdout!)
    await isSubscribed
    return { printed }
  }

  test.each([0, 1, 2])('a message of QoS %i', async (qos) => {
    const { printed } = await subscribe('größe/+/#', '-q', String(qos), '-F', '%t %q %r %p')
    await publish('-q', String(qos), '-t', 'größe/温度/x', '-m', 'hällo')
    expect(await printed).toBe(`größe/温度/x ${qos} 0 hällo\n`)
  })

  test('256 KiB, QoS 2', async () => {
    const payload = 'mqtt-wire '.repeat(26_214)
    const { printed } = await subscribe('large', '-q', '2', '-F', '%l')
    const publisher = run('mosquitto_pub', '-q', '2', '-t', 'large', '-s')
    publisher.stdin!.end(payload)
    expect(await printed).toBe(`${payload.length}\n`)
  })

  test('a retained message', async () => {
    await publish('-r', '-q', '1', '-t', 'kept', '-m', 'for later')
    const { printed } = await subscribe('kept', '-F', '%r %p')
    expect(await printed).toBe('1 for later\n')
    await publish('-r', '-n', '-t', 'kept')
    expect(broker.retainedFor('kept')).toEqual([])
  })

  test('a will', async () => {
    const { printed } = await subscribe('will', '-q', '1', '-F', '%p')
    const will = ['--will-topic', 'will', '--will-payload', 'gone', '--will-qos', '1']
    const isSubscribed = once(broker.subscribed, 'nothing')
    const client = run('mosquitto_sub', '-t', 'nothing', ...will)
    await isSubscribed
    client.kill('SIGKILL')
    expect(await printed).toBe('gone\n')
  })
})
