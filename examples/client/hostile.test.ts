import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { encode, type Packet } from 'mqtt-wire'
import { afterEach, describe, expect, test } from 'vitest'
import { ConnectionRefused, connect, type Options } from './client.js'
import { ACCEPTED, type Act, broker, stopBrokers } from './scripted-broker.ts'

// The example client with brokers that violate the protocol or fail.

const RESUMED = encode({ type: 'connack', returnCode: 0, sessionPresent: true })

afterEach(stopBrokers)

const open = (port: number, options: Partial<Options> = {}) =>
  connect({ port, clientId: 'c', reconnectDelay: 10, connectTimeout: 300, closeTimeout: 200, ...options })

// biome-ignore format: one row per broker
const HOSTILE: readonly { name: string; act: Act; message: RegExp }[] = [
  { name: 'a reserved packet type', act: ({ socket }) => socket.write(Buffer.from([0, 0])), message: /reserved/ },
  { name: 'HTTP', act: ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n'), message: /HTTP|PUBACK Flags/ },
  { name: 'a packet that only a client may send', act: (peer) => peer.send({ type: 'pingreq' }), message: /may not send/ },
  { name: 'a packet of 256 MB', act: ({ socket }) => socket.write(Buffer.from('30ffffff7f', 'hex')), message: /larger/ },
  { name: 'a reset', act: ({ socket }) => socket.resetAndDestroy(), message: /ECONNRESET/ },
  { name: 'half a packet and the end', act: ({ socket }) => socket.end(ACCEPTED.subarray(0, 2)), message: /ended inside/ },
  { name: 'the end', act: ({ socket }) => socket.end(), message: /closed the connection/ },
]

describe.each(HOSTILE)('$name', ({ act, message }) => {
  test('instead of CONNACK is an error', async () => {
    await expect(open(await broker(act))).rejects.toThrow(message)
  })

  test('after CONNACK is reported, and the client connects again', async () => {
    const lost: Error[] = []
    const port = await broker(
      (peer, connect) => {
        peer.socket.write(ACCEPTED, () => setTimeout(act, 30, peer, connect))
      },
      (peer) =>
        peer.send({ type: 'connack', returnCode: 0 }, { type: 'publish', topic: 'a', payload: 'back' }),
    )
    const client = await open(port, { onDisconnect: (error) => lost.push(error) })
    for await (const { payload } of client) {
      expect(payload.toString()).toBe('back')
      break
    }
    expect(lost).toHaveLength(1)
    expect(lost[0]!.message).toMatch(message)
    await client.close()
  })
})

test('if a connection breaks right after CONNACK, the client connects again', async () => {
  const lost: Error[] = []
  const port = await broker(
    ({ socket }) => socket.write(Buffer.concat([ACCEPTED, Buffer.from([0, 0])])),
    ({ socket }) => socket.write(ACCEPTED),
  )
  const client = await open(port, { onDisconnect: (error) => lost.push(error) })
  await expect.poll(() => lost.length, { timeout: 5_000 }).toBe(1)
  expect(lost[0]!.message).toMatch(/reserved/)
  await client.close()
})

test('invalid options for CONNECT are refused before the client connects', async () => {
  let connections = 0
  const server = createServer(() => connections++).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await expect(open(port, { username: 'a\0b' })).rejects.toMatchObject({ code: 'null-character' })
  await sleep(400) // longer than the client waits for CONNACK
  expect(connections).toBe(0)
  server.close()
})

describe('silence', () => {
  test('instead of CONNACK is an error', async () => {
    await expect(open(await broker(() => {}))).rejects.toThrow('no CONNACK')
  })

  test('after half a CONNACK is also an error', async () => {
    const port = await broker(({ socket }) => socket.write(ACCEPTED.subarray(0, 3)))
    await expect(open(port)).rejects.toThrow('no CONNACK')
  })

  test('instead of PINGRESP ends the connection', async () => {
    const lost: Error[] = []
    const port = await broker(({ socket }) => socket.write(ACCEPTED))
    const client = await open(port, { keepAlive: 1, onDisconnect: (error) => lost.push(error) })
    await expect.poll(() => lost.length, { timeout: 5_000 }).toBe(1)
    expect(lost[0]!.message).toContain('PINGREQ')
    await client.close()
  })

  test('instead of PUBACK makes close give up with an error', async () => {
    const client = await open(await broker(({ socket }) => socket.write(ACCEPTED)))
    const published = client.publish('a', 'x', { qos: 1 })
    const refused = expect(published).rejects.toThrow('the client is closed')
    await client.close()
    await refused
    await expect(client.publish('a', 'x')).rejects.toThrow('the client is closed')
  })
})

test.each([1, 2, 3, 4, 5])('CONNACK %i is a clear error', async (returnCode) => {
  const refused = open(await broker((peer) => peer.send({ type: 'connack', returnCode })))
  await expect(refused).rejects.toThrow(ConnectionRefused)
  await expect(refused).rejects.toMatchObject({
    returnCode,
    message: expect.stringContaining(`CONNACK ${returnCode}`),
  })
})

test('a refusal on reconnecting ends the loop and rejects messages in flight', async () => {
  const port = await broker(
    ({ socket }) => socket.end(ACCEPTED),
    (peer) => peer.send({ type: 'connack', returnCode: 3 }), // temporary: the client tries again
    (peer) => peer.send({ type: 'connack', returnCode: 5 }),
  )
  const client = await open(port)
  const refused = expect(client.publish('a', 'x', { qos: 1 })).rejects.toMatchObject({ returnCode: 5 })
  await expect(client[Symbol.asyncIterator]().next()).rejects.toMatchObject({ returnCode: 5 })
  await refused
})

/** The client publishes with QoS 1, 2 and 2; the broker answers PUBREC to the third alone and cuts the connection. */
async function interrupted(connack: Uint8Array): Promise<Packet<Buffer>[]> {
  const resent: Packet<Buffer>[] = []
  const port = await broker(
    async (peer) => {
      peer.socket.write(ACCEPTED)
      const sent = [await peer.next(), await peer.next(), await peer.next()]
      expect(sent.map((packet) => packet?.type === 'publish' && packet.dup)).toEqual([false, false, false])
      peer.send({ type: 'pubrec', packetId: 3 })
      expect(await peer.next()).toEqual({ type: 'pubrel', packetId: 3 })
      peer.socket.resetAndDestroy()
    },
    async (peer) => {
      peer.socket.write(connack)
      for (let count = 0; count < 4; count++) {
        const packet = (await peer.next())!
        resent.push(packet)
        if (packet.type === 'publish' && packet.qos === 1)
          peer.send({ type: 'puback', packetId: packet.packetId })
        else if (packet.type === 'publish' && packet.qos === 2)
          peer.send({ type: 'pubrec', packetId: packet.packetId })
        else if (packet.type === 'pubrel') peer.send({ type: 'pubcomp', packetId: packet.packetId })
      }
    },
  )
  const client = await open(port)
  await Promise.all(([1, 2, 2] as const).map((qos) => client.publish('a', 'x', { qos })))
  await client.close()
  return resent
}

test('messages in flight are sent again in order, with DUP and the same identifiers', async () => {
  expect(await interrupted(RESUMED)).toMatchObject([
    { type: 'publish', qos: 1, packetId: 1, dup: true },
    { type: 'publish', qos: 2, packetId: 2, dup: true },
    { type: 'pubrel', packetId: 3 },
    { type: 'pubrel', packetId: 2 },
  ])
})

test('they are sent without DUP if the broker has lost the session', async () => {
  expect(await interrupted(ACCEPTED)).toMatchObject([
    { type: 'publish', qos: 1, packetId: 1, dup: false },
    { type: 'publish', qos: 2, packetId: 2, dup: false },
    { type: 'pubrel', packetId: 3 },
    { type: 'pubrel', packetId: 2 },
  ])
})

test('messages published without a connection have no DUP', async () => {
  let late: Packet<Buffer> | undefined
  const port = await broker(
    ({ socket }) => socket.end(ACCEPTED),
    async (peer) => {
      peer.socket.write(RESUMED)
      late = await peer.next()
      peer.send({ type: 'puback', packetId: 1 })
    },
  )
  const client = await open(port, { reconnectDelay: 200 })
  await sleep(50)
  await client.publish('a', 'x', { qos: 1 })
  expect(late).toMatchObject({ type: 'publish', packetId: 1, dup: false })
  await client.close()
})

test('subscriptions are renewed only if the broker has lost the session', async () => {
  const subscribed: string[] = []
  const answer =
    (connack: Uint8Array, cut: boolean): Act =>
    async (peer) => {
      peer.socket.write(connack)
      if (cut) setTimeout(() => peer.socket.resetAndDestroy(), 50)
      for (let packet = await peer.next(); packet !== undefined; packet = await peer.next()) {
        if (packet.type !== 'subscribe') continue
        subscribed.push(`${connack === RESUMED}: ${packet.subscriptions[0]!.topicFilter}`)
        peer.send({ type: 'suback', packetId: packet.packetId, returnCodes: [1] })
      }
    }
  const port = await broker(answer(ACCEPTED, true), answer(RESUMED, true), answer(ACCEPTED, false))
  const client = await open(port)
  expect(await client.subscribe('a/#', 2)).toBe(1)
  await expect.poll(() => subscribed.length, { timeout: 5_000 }).toBe(2)
  expect(subscribed).toEqual(['false: a/#', 'false: a/#'])
  await client.close()
})

test('a refused subscription is an error', async () => {
  const port = await broker(async (peer) => {
    peer.socket.write(ACCEPTED)
    await peer.next()
    peer.send({ type: 'suback', packetId: 1, returnCodes: [0x80] })
  })
  const client = await open(port)
  await expect(client.subscribe('secret/#')).rejects.toThrow('refused the subscription to secret/#')
  await client.close()
})

test('a QoS 2 message that is sent again before it is released is received once', async () => {
  const message = { type: 'publish', topic: 'a', payload: 'once', qos: 2, packetId: 9 } as const
  const port = await broker(
    async (peer) => {
      peer.socket.write(ACCEPTED)
      peer.send(message)
      expect(await peer.next()).toEqual({ type: 'pubrec', packetId: 9 })
      peer.socket.resetAndDestroy()
    },
    async (peer) => {
      peer.socket.write(RESUMED)
      peer.send({ ...message, dup: true }, { type: 'pubrel', packetId: 9 }, { ...message, payload: 'next' })
    },
  )
  const client = await open(port)
  const payloads: string[] = []
  for await (const { payload } of client) {
    payloads.push(payload.toString())
    if (payloads.length === 2) break
  }
  expect(payloads).toEqual(['once', 'next'])
  await client.close()
})

test('a broker that sends faster than the loop reads has to wait', async () => {
  const payload = Buffer.alloc(10_000)
  let written = 0
  const port = await broker(async ({ socket }) => {
    socket.write(ACCEPTED)
    const closed = once(socket, 'close')
    while (!socket.destroyed && written < 50_000_000) {
      const bytes = encode({ type: 'publish', topic: 'flood', payload })
      written += bytes.length
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), closed])
    }
  })
  const client = await open(port, { maxInbox: 10, connectTimeout: 10_000 })
  await sleep(500)
  const stalled = written
  await sleep(300)
  expect(written).toBe(stalled) // the buffers of the operating system are full
  expect(stalled).toBeLessThan(50_000_000)
  let count = 0
  for await (const _ of client) if (++count === 4_000) break
  expect(written).toBeGreaterThan(stalled)
  await client.close()
})

test('the client reconnects if a connection breaks while messages wait for the loop', async () => {
  const lost: Error[] = []
  const port = await broker(
    ({ socket }) => {
      const messages = Array.from({ length: 10 }, () => encode({ type: 'publish', topic: 'a', payload: 'x' }))
      socket.write(Buffer.concat([ACCEPTED, ...messages]), () =>
        setTimeout(() => socket.resetAndDestroy(), 30),
      )
    },
    ({ socket }) => socket.write(ACCEPTED),
  )
  const client = await open(port, { maxInbox: 5, onDisconnect: (error) => lost.push(error) })
  await expect.poll(() => lost.length).toBe(1)
  expect(lost[0]!.message).toContain('ECONNRESET')
  let count = 0
  for await (const _ of client) if (++count === 5) break
  await client.publish('a', 'x')
  await client.close()
})

test('closing does not wait for a loop whose inbox is full', async () => {
  const port = await broker(async (peer) => {
    const message = encode({ type: 'publish', topic: 'a', payload: Buffer.alloc(100_000) })
    peer.socket.write(Buffer.concat([ACCEPTED, ...Array(200).fill(message)]))
    expect(await peer.next()).toEqual({ type: 'disconnect' })
  })
  const client = await open(port, { maxInbox: 5, closeTimeout: 50_000 })
  await sleep(50)
  const closed = client.close().then(() => 'closed')
  expect(await Promise.race([closed, sleep(20_000, 'late', { ref: false })])).toBe('closed')
})

test('a loop that publishes for each message gets its answers even if its inbox is full', async () => {
  const port = await broker(async (peer) => {
    peer.socket.write(ACCEPTED)
    for (let count = 0; count < 50; count++) peer.send({ type: 'publish', topic: 'question', payload: '?' })
    for (let packet = await peer.next(); packet !== undefined; packet = await peer.next())
      if (packet.type === 'publish' && packet.qos === 1)
        peer.send({ type: 'puback', packetId: packet.packetId })
  })
  const client = await open(port, { maxInbox: 5 })
  let answered = 0
  for await (const _ of client) {
    await client.publish('answer', '!', { qos: 1 })
    if (++answered === 50) break
  }
  await client.close()
})

test('an invalid packet is refused before anything is sent', async () => {
  const client = await open(await broker(({ socket }) => socket.write(ACCEPTED)))
  await expect(client.publish('a/#', 'x', { qos: 1 })).rejects.toMatchObject({
    code: 'wildcard-in-topic-name',
  })
  await expect(client.subscribe('a#')).rejects.toMatchObject({ code: 'misplaced-multi-level-wildcard' })
  await client.close()
})

test('no server listens on the port', async () => {
  await expect(open(1)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
