import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ConnectInput, encode, type Packet, PacketParser } from 'mqtt-wire'
import { afterAll, describe, expect, test } from 'vitest'
import { Client } from '../../test/interop/client.ts'
import { describeWith, freePorts } from '../../test/interop/peers/peer.ts'
import type { Broker, Options } from './broker.js'
import { embedded } from './peer.ts'
import { loadUsers } from './users.js'

// Users, WebSocket, the command, and how the broker shuts down.

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))
const HASH = fileURLToPath(new URL('hash-password.js', import.meta.url))
const FOLDER = mkdtempSync(join(tmpdir(), 'mqtt-wire-broker-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

function write(name: string, content: string): string {
  const file = join(FOLDER, name)
  writeFileSync(file, content)
  return file
}

const lineOf = (username: string, password: string): string =>
  spawnSync(process.execPath, [HASH, username], { input: `${password}\n`, encoding: 'utf8' }).stdout

async function isClosed(client: Client): Promise<void> {
  expect(await client.take()).toBeUndefined()
  expect(client.isClosed).toBe(true)
}

const greet = ({ port }: Broker, options: Partial<ConnectInput> = {}) =>
  Client.connect(port, { clientId: '', ...options })

/** The part of the ws package's WebSocket that the tests use. */
interface WebSocketClient {
  send(data: string | Uint8Array): void
  ping(data: string | Uint8Array): void
  pause(): void
  resume(): void
  terminate(): void
  readonly bufferedAmount: number
  on(event: string, listener: (...args: never[]) => void): void
  once(event: string, listener: (...args: never[]) => void): void
}

async function openWebSocket(port: number, protocols: string[] = ['mqtt']): Promise<WebSocketClient> {
  const { WebSocket } = (await import('ws' as string)) as {
    WebSocket: new (url: string, protocols: string[]) => WebSocketClient
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, protocols)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  return socket
}

/** The packets received over a WebSocket, however they are cut into messages. */
async function packetsFrom(socket: WebSocketClient, count: number): Promise<Packet['type'][]> {
  const parser = new PacketParser<Buffer>({ role: 'client' })
  const types: Packet['type'][] = []
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error(`closed after ${types}`)))
    socket.on('message', (data: Buffer) => {
      for (const { type } of parser.push(data)) types.push(type)
      if (types.length === count) resolve(types)
    })
  })
}

const closeOf = (socket: WebSocketClient): Promise<number> =>
  new Promise((resolve) => socket.once('close', (code: number) => resolve(code)))

describeWith(embedded, (peer) => {
  const start = (options?: Options): Promise<Broker> => peer().start(options)

  describe('users', () => {
    test('a user with the right password is accepted, others get the return code for the reason', async () => {
      const file = write('users', `# people\n\n${lineOf('anna', 'größe: 1')}${lineOf('ben', '')}`)
      const broker = await start({ users: await loadUsers(file) })
      for (const [returnCode, login] of [
        [0, { username: 'anna', password: 'größe: 1' }],
        [0, { username: 'ben', password: '' }],
        [0, { username: 'ben' }],
        [4, { username: 'anna', password: 'größe: 2' }],
        [4, { username: 'anna' }],
        [4, { username: 'carl', password: 'größe: 1' }],
        [5, {}],
      ] as const) {
        const { client, connack } = await greet(broker, login)
        expect([login, connack.returnCode]).toEqual([login, returnCode])
        if (returnCode === 0) await client.ping()
        else await isClosed(client)
      }
    })

    test('the same password gives a different line each time', () => {
      expect(lineOf('anna', 'x')).not.toBe(lineOf('anna', 'x'))
      expect(lineOf('anna', 'x')).toMatch(/^anna:[0-9a-f]{32}:[0-9a-f]{64}\n$/)
    })

    test('an invalid file is an error that names the line', async () => {
      await expect(loadUsers(write('wrong', '# ok\nanna:password\n'))).rejects.toThrow(
        'wrong, line 2: each line must be name:salt',
      )
      await expect(loadUsers(join(FOLDER, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
    })

    test('a name with a colon is refused', () => {
      const { status, stderr } = spawnSync(process.execPath, [HASH, 'a:b'], { input: 'x', encoding: 'utf8' })
      expect(status).toBe(1)
      expect(stderr).toContain('no colon')
    })

    test('packets after CONNECT wait for the answer, and are not read after a refusal', async () => {
      const answers: ((isRight: boolean) => void)[] = []
      const verify = () => new Promise<boolean>((resolve) => answers.push(resolve))
      const broker = await start({ users: { verify } })
      for (const isRight of [true, false]) {
        const client = await Client.open(broker.port)
        client.send({ type: 'connect', clientId: 'c', username: 'u' }, { type: 'pingreq' })
        await expect.poll(() => answers.length).toBe(1)
        answers.pop()!(isRight)
        expect(await client.next('connack')).toMatchObject({ returnCode: isRight ? 0 : 4 })
        if (isRight) await client.next('pingresp')
        else await isClosed(client)
      }
    })

    test('of clients that connect at once with the same identifier, one stays; one that leaves early is forgotten', async () => {
      const answers: ((isRight: boolean) => void)[] = []
      const broker = await start({ users: { verify: () => new Promise((resolve) => answers.push(resolve)) } })
      const clients = await Promise.all([1, 2, 3].map(() => Client.open(broker.port)))
      for (const [index, client] of clients.entries())
        client.send({ type: 'connect', clientId: index === 0 ? 'early' : 'c', username: 'u' })
      await expect.poll(() => answers.length).toBe(3)
      clients[0]!.destroy()
      await expect.poll(() => broker.stats.connections).toBe(2)
      for (const answer of answers) answer(true)
      await clients[1]!.next('connack')
      await clients[2]!.next('connack')
      const states = await Promise.allSettled([clients[1]!.ping(), clients[2]!.ping()])
      expect(states.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(broker.stats.sessions).toBe(1)
    })

    test('if a password cannot be verified, the client gets CONNACK 3 and the others are not affected', async () => {
      const logged: string[] = []
      const users = { verify: () => Promise.reject(new Error('the database is away')) }
      const broker = await start({ users, log: (message) => logged.push(message) })
      const { client, connack } = await greet(broker, { username: 'u', password: 'secret' })
      expect(connack.returnCode).toBe(3)
      await isClosed(client)
      expect(logged).toEqual([
        'users: the database is away',
        'not connected: the password could not be verified',
      ])
    })
  })

  describe('WebSocket', () => {
    const connect = encode({ type: 'connect', clientId: 'w' })
    const ping = encode({ type: 'pingreq' })

    test('packets may be cut into messages in any way', async () => {
      const { wsPort = 0 } = await start({ ws: 0 })
      const socket = await openWebSocket(wsPort)
      const packets = packetsFrom(socket, 4)
      for (const byte of connect) socket.send(Uint8Array.of(byte))
      socket.send(Buffer.concat([ping, ping, ping.subarray(0, 1)]))
      socket.send(ping.subarray(1))
      expect(await packets).toEqual(['connack', 'pingresp', 'pingresp', 'pingresp'])
      socket.terminate()
    })

    test.each([
      { name: 'text', send: (socket: WebSocketClient) => socket.send(connect.toString('latin1')) },
      {
        name: 'text after CONNECT',
        send: (socket: WebSocketClient) => [connect, '\xc0\0'].map((data) => socket.send(data)),
      },
      { name: 'garbage', send: (socket: WebSocketClient) => socket.send(Buffer.from('ffff', 'hex')) },
      { name: 'too much', send: (socket: WebSocketClient) => socket.send(Buffer.alloc(2_000)) },
    ])('$name closes the connection', async ({ send }) => {
      const broker = await start({ ws: 0, maxPacketSize: 1_000 })
      const socket = await openWebSocket(broker.wsPort!)
      const closed = closeOf(socket)
      send(socket)
      await closed
      await expect.poll(() => broker.stats.connections).toBe(0)
    })

    test('pings are answered, up to a limit for a client that does not read', async () => {
      const { wsPort = 0 } = await start({ ws: 0, connectTimeout: 60_000 })
      const socket = await openWebSocket(wsPort)
      const pongs = { count: 0, last: '' }
      socket.on('pong', (data: Buffer) => {
        pongs.count++
        pongs.last = data.toString('latin1')
      })
      socket.ping('first')
      await expect.poll(() => pongs.last).toBe('first')
      socket.pause()
      const flood = 300_000
      const data = Buffer.alloc(125) // the maximum length of a ping
      for (let sent = 0; sent < flood; sent += 1_000) {
        for (let each = 0; each < 1_000; each++) socket.ping(data)
        while (socket.bufferedAmount > 1_000_000) await sleep(1)
      }
      while (socket.bufferedAmount > 0) await sleep(1)
      socket.resume()
      const answersTo = (text: string): string => {
        socket.ping(text)
        return pongs.last
      }
      await expect.poll(() => answersTo('last')).toBe('last')
      expect(pongs.count).toBeLessThan(flood)
      socket.terminate()
    })

    test('messages that a client does not read have the same limit', async () => {
      const broker = await start({ ws: 0, maxBacklog: 100_000 })
      const socket = await openWebSocket(broker.wsPort!)
      socket.send(connect)
      const subscriptions = [{ topicFilter: 't' }]
      socket.send(encode({ type: 'subscribe', packetId: 1, subscriptions }))
      await packetsFrom(socket, 2)
      socket.pause()
      const { client } = await greet(broker)
      for (let count = 0; count < 100; count++) {
        client.send({ type: 'publish', topic: 't', payload: Buffer.alloc(200_000) })
        await client.ping()
      }
      expect(broker.stats.dropped).toBeGreaterThan(0)
      socket.terminate()
    })

    test('a reset, and an incomplete handshake', async () => {
      const broker = await start({ ws: 0 })
      const socket = await openWebSocket(broker.wsPort!)
      socket.send(connect)
      await packetsFrom(socket, 1)
      socket.terminate()
      await expect.poll(() => broker.stats.connections).toBe(0)
      const half = await Client.open(broker.wsPort!)
      half.write(Buffer.from('GET / HTTP/1.1\r\nUpgrade: webs'))
      await broker.close()
    })

    test('a connection needs WebSocket and the subprotocol mqtt', async () => {
      const { wsPort = 0 } = await start({ ws: 0 })
      for (const protocols of [[], ['mqttv3.1'], ['chat', 'superchat']])
        await expect(openWebSocket(wsPort, protocols)).rejects.toThrow('400')
      ;(await openWebSocket(wsPort, ['mqttv3.1', 'mqtt'])).terminate()
      const [response] = await once(get({ port: wsPort, host: '127.0.0.1' }), 'response')
      expect(response.statusCode).toBe(426)
      response.resume()
    })
  })

  describe('shutdown', () => {
    test('clients get their answers before the connection ends; wills are not published; the port is free', async () => {
      const broker = await start({ ws: 0 })
      const will = { topic: 't', payload: 'lost' }
      const [{ client }, { client: witness }] = [await greet(broker, { will }), await greet(broker)]
      witness.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '#', qos: 0 }] })
      await witness.next('suback')
      const half = await Client.open(broker.port)
      half.write(Buffer.from([0x10]))
      client.send({ type: 'publish', topic: 't', payload: 'last', qos: 1, packetId: 1 })
      await client.next('puback')
      const { port } = broker
      await broker.close()
      expect(await witness.take()).toMatchObject({ type: 'publish', payload: Buffer.from('last') })
      for (const each of [client, witness, half]) await isClosed(each)
      const server = createServer().listen(port, '127.0.0.1')
      await once(server, 'listening')
      await once(server.close(), 'close')
    })

    test('a port that is in use is an error, and leaves no other port open', async () => {
      const { port } = await start()
      const [free] = (await freePorts(1)) as [number]
      await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
      await expect(start({ port: free, ws: port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
      await expect(Client.open(free)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    })
  })

  describe('the command', () => {
    const run = (...args: string[]) => spawn(process.execPath, [MAIN, ...args])

    test('prints its addresses, logs errors, and ends on a signal', async () => {
      const child = run('--port', '0', '--ws', '0', '--refuse-filter', 'a', '--refuse-filter', 'b')
      const log = text(child.stderr)
      const [first] = await once(child.stdout, 'data')
      const [, port] =
        /^listening on mqtt:\/\/127\.0\.0\.1:(\d+) and ws:\/\/127\.0\.0\.1:\d+\n$/.exec(String(first)) ?? []
      const { client } = await Client.connect(Number(port), { clientId: 'line\nbreak' })
      const subscriptions = ['a', 'b', 'c'].map((topicFilter) => ({ topicFilter }))
      client.send({ type: 'subscribe', packetId: 1, subscriptions })
      expect(await client.next('suback')).toMatchObject({ returnCodes: [0x80, 0x80, 0] })
      client.send({ type: 'publish', topic: 't', payload: 'x', qos: 1, packetId: 1 })
      await client.next('puback')
      const exit = once(child, 'exit')
      child.kill('SIGTERM')
      await isClosed(client)
      expect(await exit).toEqual([0, null])
      expect(await log).toBe('"line\\nbreak": the broker shuts down\n')
    })

    test.each([
      { args: ['--port', 'x'], message: '--port takes a number from 0 on, not x' },
      { args: ['--max-queue', '0'], message: '--max-queue takes a number from 1 on, not 0' },
      { args: ['--prot', '1'], message: '--prot' },
      { args: ['--users', join(FOLDER, 'none')], message: 'ENOENT' },
    ])('$args is an error', async ({ args, message }) => {
      const child = run(...args)
      const [log, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')])
      expect(log).toContain(message)
      expect(status).toBe(1)
    })
  })
})
