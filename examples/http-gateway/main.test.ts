import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { encode } from 'mqtt-wire'
import { afterEach, describe, expect, test } from 'vitest'
import { mosquitto } from '../../test/interop/peers/mosquitto.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { rabbitmq } from '../../test/interop/peers/rabbitmq.ts'
import { exampleBroker } from '../broker/peer.ts'
import { connect } from '../client/client.js'
import { ACCEPTED, broker, stopBrokers } from '../client/scripted-broker.ts'
import { describeGateway, Gateway, start } from './testing.ts'

// Tests main.js, and the gateway with the example broker and others.

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))
const LOAD = fileURLToPath(new URL('load.js', import.meta.url))

const children = new Set<ChildProcessByStdio<null, Readable, Readable>>()
afterEach(() => {
  stopBrokers()
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

interface Program {
  readonly gateway: Gateway
  readonly brokerPort: number
  /** Its complete output, and its exit status. */
  readonly output: Promise<string>
  readonly exit: Promise<unknown[]>
  stop(): void
}

async function run(...args: string[]): Promise<Program> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(''))
  const exit = once(child, 'exit')
  const [, port, brokerPort] = await new Promise<RegExpExecArray>((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += chunk
      const match = /^listening on http:\S+?:(\d+), publishing to mqtt:\S+?:(\d+)/m.exec(printed)
      if (match !== null) resolve(match)
    })
    child.once('exit', () => output.then((printed) => reject(new Error(printed))))
  })
  const stop = () => void child.kill('SIGTERM')
  const gateway = new Gateway(Number(port), async () => stop())
  return { gateway, brokerPort: Number(brokerPort), output, exit, stop }
}

describeGateway('the program', () => {
  test('works without options, with a local broker', async () => {
    const { gateway, brokerPort, exit, stop } = await run()
    const subscriber = await connect({ port: brokerPort, clientId: 'reader' })
    await subscriber.subscribe('#', 1)
    const body = 'x'.repeat(1024 * 1024 - 'body='.length) // the maximum size of a form
    expect((await gateway.post({ key: 'house.log', form: `body=${body}` })).status).toBe(204)
    for await (const { topic, payload } of subscriber) {
      expect(topic).toBe('house/log')
      expect(payload).toHaveLength(body.length)
      break
    }
    expect((await gateway.request('health')).status).toBe(200)
    await subscriber.close()
    stop()
    expect(await exit).toEqual([0, null])
  })

  test('answers current requests at SIGTERM, and ends', async () => {
    let acknowledge = () => {}
    const port = await broker(async (peer) => {
      peer.socket.write(ACCEPTED)
      for (let packet = await peer.next(); packet !== undefined; packet = await peer.next())
        if (packet.type === 'publish')
          acknowledge = () => peer.socket.write(encode({ type: 'puback', packetId: packet.packetId ?? 0 }))
        else if (packet.type === 'disconnect') peer.socket.end()
    })
    const { gateway, output, exit, stop } = await run('--broker', `mqtt://127.0.0.1:${port}`)
    const posted = gateway.post()
    await expect.poll(async () => (await gateway.stats()).queue.inFlight).toBe(1)
    stop()
    await expect
      .poll(() =>
        fetch(`${gateway.url}/stats`).then(
          () => 'served',
          () => 'refused',
        ),
      )
      .toBe('refused')
    acknowledge()
    expect((await posted).status).toBe(204)
    expect(await exit).toEqual([0, null])
    expect(await output).not.toMatch(/error|warning/i)
  })

  test('logs no credentials, at any level', async () => {
    const secrets = ['s3cret-password', 's3cret-user', 's3cret-query']
    const refusing = await broker((peer) => peer.send({ type: 'connack', returnCode: 4 }))
    const programs = [
      await run('--log-level', 'trace'),
      await run('--log-level', 'trace', '--time-limit', '200', '--broker', 'mqtt://127.0.0.1:1'),
      await run('--log-level', 'trace', '--broker', `mqtt://127.0.0.1:${refusing}`),
    ]
    const credentials = 's3cret-user:s3cret-password'
    const encoded = Buffer.from(credentials).toString('base64')
    for (const { gateway, stop, output, exit } of programs) {
      await gateway.post({ credentials })
      await gateway.post({ credentials, vhost: 'x:y\nz' })
      await gateway.post({ credentials: 's3cret-user\0:s3cret-password' })
      await gateway.post({ credentials, exchange: 'none' })
      await gateway.post({ credentials, form: 'body=%' })
      for (const path of ['%2F/amq.topic/a?password=s3cret-query', '%zz', '%2F/amq.topic/a%zz'])
        await gateway.request(path, { method: 'POST', headers: { authorization: `Basic ${encoded}` } })
      await gateway.request('%2F/amq.topic/a', { method: 'POST', headers: { authorization: credentials } })
      stop()
      expect(await exit).toEqual([0, null])
      const log = await output
      expect(log).toContain('Server listening') // logging is enabled
      for (const secret of [...secrets, encoded]) expect(log).not.toContain(secret)
    }
  })

  // biome-ignore format: one row per option
  const BAD_OPTIONS = [
    { args: ['--broker', 'mqtts://localhost'], message: 'mqtt://host:port' },
    { args: ['--broker', 'mqtt://guest:guest@localhost'], message: 'the credentials come with each request' },
    { args: ['--broker', 'localhost'], message: 'mqtt://host:port' },
    { args: ['--max-queue', 'many'], message: '--max-queue takes a number, not many' },
    { args: ['--nonsense'], message: "Unknown option '--nonsense'" },
  ]
  test.each(BAD_OPTIONS)('$args is refused', async ({ args, message }) => {
    await expect(run(...args)).rejects.toThrow(message)
  })
})

describeGateway('the load test', () => {
  test('measures both', async () => {
    const args = [LOAD, '--seconds', '1', '--rounds', '1', '--clients', '5']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(errors).toBe('')
    expect(printed).toMatch(
      /^kept connections: \d+ requests\/s.*^a connection for each message: \d+.*^ratio: \d/ms,
    )
  })
})

describeGateway('http-gateway', () => {
  describe.each([mosquitto, rabbitmq, exampleBroker])('$name', (installation) => {
    describeWith(installation, (peer) => {
      test('204, and the message arrives', async () => {
        const subscriber = await connect({ port: peer().port, clientId: 'reader', cleanSession: true })
        await subscriber.subscribe('to/#', 1)
        const gateway = await start(peer().port)
        expect((await gateway.post({ key: 'to.größe', form: { body: 'größe' } })).status).toBe(204)
        for await (const { topic, payload, qos } of subscriber) {
          expect({ topic, qos, payload: payload.toString() }).toEqual({
            topic: 'to/größe',
            qos: 1,
            payload: 'größe',
          })
          break
        }
        await subscriber.close()
      })

      test('401 for an unknown user', async () => {
        const gateway = await start(peer().accountPort)
        expect((await gateway.post({ credentials: 'nobody:x' })).status).toBe(401)
      })
    })
  })
})
