// `mqtt-wire proxy` between a client and mosquitto.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { MAIN, run } from '../support/command.ts'
import { Client } from './client.ts'
import { mosquitto } from './peers/mosquitto.ts'

const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-proxy-'))
const isHere = mosquitto.isInstalled()
if (!isHere && process.env.CI) throw new Error(`mosquitto is not installed: ${mosquitto.source}`)
if (!isHere) console.log(`skipped: mosquitto is not installed: ${mosquitto.source}`)

/** Starts a proxy on a free port. */
async function start(target: string, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'proxy', '127.0.0.1:0', target, ...args])
  onTestFinished(() => void child.kill())
  const stdout = text(child.stdout)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (part) => {
    stderr += part
  })
  while (!stderr.includes('listening')) await once(child.stderr, 'data')
  return {
    port: Number(/:(\d+),/.exec(stderr)?.[1]),
    async stop() {
      child.kill('SIGINT')
      const [status] = await once(child, 'exit')
      return { status, stdout: await stdout, stderr }
    },
  }
}

describe.skipIf(!isHere)('a proxy', () => {
  let broker: Awaited<ReturnType<typeof mosquitto.start>>
  beforeAll(async () => {
    broker = await mosquitto.start(DIRECTORY)
  })
  afterAll(async () => {
    await broker.stop()
    rmSync(DIRECTORY, { recursive: true })
  })

  test('forwards, prints and records both directions', async () => {
    const recording = join(DIRECTORY, 'session.ndjson')
    const proxy = await start(`127.0.0.1:${broker.port}`, '--record', recording)
    const { client } = await Client.connect(proxy.port, { clientId: 'c' })
    client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'a/#', qos: 1 }] })
    await client.next('suback')
    client.send({ type: 'publish', topic: 'a/b', payload: Buffer.alloc(300_000, 'x'), qos: 1, packetId: 2 })
    const received = [await client.take(), await client.take()] // in either order
    const publish = received.find((packet) => packet?.type === 'publish')
    expect(publish?.payload.length).toBe(300_000)
    client.send({ type: 'puback', packetId: publish!.packetId! })
    await client.disconnect()
    const { status, stdout } = await proxy.stop()
    expect(status).toBe(0)
    const types = Array.from(
      stdout.matchAll(/client 1 +([→←]) {2}([A-Z]+)/g),
      ([, arrow, type]) => `${arrow}${type}`,
    )
    expect(types.slice(0, 5)).toEqual(['→CONNECT', '←CONNACK', '→SUBSCRIBE', '←SUBACK', '→PUBLISH'])
    expect(types.slice(5).sort()).toEqual(['→DISCONNECT', '→PUBACK', '←PUBACK', '←PUBLISH'].sort())
    const decoded = run(['decode', recording])
    expect(decoded).toMatchObject({ status: 0, stderr: '' })
    expect(decoded.lines.at(-1)).toContain('a recording, 9 packets')
    expect(Object.keys(JSON.parse(readFileSync(recording, 'utf8').split('\n')[0]!))).toEqual(
      Object.keys(JSON.parse(readFileSync('test/fixtures/session.ndjson', 'utf8').split('\n')[0]!)),
    )
  })

  test('forwards what it cannot decode, and says so once', async () => {
    const proxy = await start(`127.0.0.1:${broker.port}`)
    const socket = connect(proxy.port, '127.0.0.1')
    socket.write(Buffer.from('f000', 'hex'))
    socket.write(Buffer.from('c000', 'hex'))
    await once(socket.resume(), 'close')
    const { stdout } = await proxy.stop()
    expect(stdout.match(/forwarding without decoding/g)).toHaveLength(1)
    expect(stdout).toContain('client 1 →: ')
  })

  test('a broker that is not there ends the connection, not the proxy', async () => {
    const proxy = await start('127.0.0.1:1')
    for (let round = 0; round < 2; round++) await once(connect(proxy.port, '127.0.0.1').resume(), 'close')
    const { status, stdout } = await proxy.stop()
    expect(status).toBe(0)
    expect(stdout.match(/ECONNREFUSED/g)).toHaveLength(2)
  })

  test('an address that is taken', () => {
    expect(run(['proxy', `127.0.0.1:${broker.port}`, 'localhost'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('EADDRINUSE'),
    })
  })
})

// biome-ignore format: one row per mistake
test.each([[[]], [['1883']], [['1883', 'a', 'b']], [['x', 'localhost']], [['99999', 'localhost']], [['1883', 'host:port']]])('proxy %j is refused', (args) => {
  expect(run(['proxy', ...args])).toMatchObject({ status: 2, stdout: '' })
})
