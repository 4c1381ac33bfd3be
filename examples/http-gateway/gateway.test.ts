import { once } from 'node:events'
import { connect as openSocket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PacketInput, Publish } from 'mqtt-wire'
import { afterEach, describe, expect, test } from 'vitest'
import { ACCEPTED, type Act, broker, type Peer, stopBrokers } from '../client/scripted-broker.ts'
import { REFUSED_FIELDS } from './request.js'
import { describeGateway, type Post, start } from './testing.ts'

// The gateway with brokers whose behavior is given by the test.

afterEach(stopBrokers)

type Received = Publish<Buffer> & { qos: 1 }

/** Accepts a connection, and calls back for each PUBLISH. */
const accept =
  (handle: (publish: Received, peer: Peer) => unknown): Act =>
  async (peer) => {
    peer.socket.write(ACCEPTED)
    for (let packet = await peer.next(); packet !== undefined; packet = await peer.next())
      if (packet.type === 'publish' && packet.qos === 1) await handle(packet as Received, peer)
      else if (packet.type === 'disconnect') peer.socket.end()
  }

const puback = ({ packetId }: Received): PacketInput => ({ type: 'puback', packetId })
const acknowledge = accept((publish, peer) => peer.send(puback(publish)))
const refuse =
  (returnCode: number): Act =>
  (peer) => {
    peer.send({ type: 'connack', returnCode })
    peer.socket.end()
  }
const swallow = accept(() => {})
/** Closes the connection, like RabbitMQ for a message that it forbids. */
const closeAt = (payload: string): Act =>
  accept((publish, peer) =>
    publish.payload.toString() === payload ? peer.socket.destroy() : peer.send(puback(publish)),
  )

const statuses = (answers: { status: number }[]): number[] => answers.map(({ status }) => status)

describeGateway('http-gateway', () => {
  describe('published messages', () => {
    // biome-ignore format: one row per message
    const ROWS: readonly { name: string; post: Post; topic?: string; payload?: string; retain?: boolean }[] = [
      { name: 'a routing key becomes a topic', post: { key: 'house.temperature' }, topic: 'house/temperature' },
      { name: 'empty words are empty levels', post: { key: '.a..b.' }, topic: '/a//b/' },
      { name: 'percent-encoded text', post: { key: 'größe.50%' }, topic: 'größe/50%' },
      { name: 'an encoded percent sign is decoded once', post: { key: 'a%2Eb' }, topic: 'a%2Eb' },
      { name: 'line breaks', post: { key: 'a\r\nb' }, topic: 'a\r\nb' },
      { name: 'an empty body', post: { form: 'body=' }, payload: '' },
      { name: 'any bytes', post: { form: 'body=%00%FF%fe' }, payload: '00fffe' },
      { name: 'plus is a space', post: { form: 'body=a+b%2B' }, payload: Buffer.from('a b+').toString('hex') },
      { name: 'UTF-8 without percent-encoding', post: { form: 'body=größe' }, payload: Buffer.from('größe').toString('hex') },
      { name: 'retain', post: { form: 'body=x&retain=true' }, retain: true },
      { name: 'delivery_mode 2', post: { form: 'body=x&delivery_mode=2&retain=false' } },
    ]
    test.each(ROWS)('$name', async ({ post, topic = 'a/b', payload = '78', retain = false }) => {
      const received: Received[] = []
      const port = await broker(
        accept((publish, peer) => {
          received.push({ ...publish, payload: Buffer.from(publish.payload) })
          peer.send(puback(publish))
        }),
      )
      const gateway = await start(port)
      expect(await gateway.post(post)).toMatchObject({ status: 204, text: '' })
      expect(received).toMatchObject([{ topic, retain, qos: 1, dup: false }])
      expect(received[0]!.payload.toString('hex')).toBe(payload)
    })

    test('the virtual host becomes part of the user name', async () => {
      const names: unknown[] = []
      const port = await broker((peer, connect) => {
        names.push(connect.username, connect.password?.toString(), connect.cleanSession)
        return acknowledge(peer, connect)
      })
      const gateway = await start(port)
      await gateway.post({ vhost: '/', credentials: 'größe:a:b' })
      await gateway.post({ vhost: 'a/b', credentials: 'alice:' })
      expect(names).toEqual(['/:größe', 'a:b', true, 'a/b:alice', '', true])
    })
  })

  describe('requests refused without asking the broker', () => {
    // biome-ignore format: one row per request
    const ROWS: readonly { name: string; post: Post; status: number; code: string }[] = [
      { name: 'another exchange', post: { exchange: 'amq.direct' }, status: 404, code: 'no-such-exchange' },
      { name: 'a slash in the routing key', post: { key: 'a/b' }, status: 400, code: 'separator-as-text' },
      { name: 'a wildcard of AMQP', post: { key: 'a.*' }, status: 400, code: 'wildcard-as-text' },
      { name: 'a wildcard of MQTT', post: { key: 'a.+' }, status: 400, code: 'wildcard-as-text' },
      { name: 'U+0000 in the routing key', post: { key: 'a\0' }, status: 400, code: 'null-character' },
      { name: 'a routing key of 256 bytes', post: { key: 'ö'.repeat(128) }, status: 400, code: 'name-too-long' },
      { name: 'U+0000 in the user name', post: { credentials: 'a\0:b' }, status: 400, code: 'null-character' },
      { name: 'colons on two lines', post: { vhost: 'x:y\nz' }, status: 400, code: 'colons-on-two-lines' },
      { name: 'no body', post: { form: 'retain=true' }, status: 400, code: 'missing-field' },
      { name: 'two bodies', post: { form: 'body=a&body=b' }, status: 400, code: 'repeated-field' },
      { name: 'an unknown field', post: { form: 'body=a&qos=2' }, status: 400, code: 'unknown-field' },
      { name: 'a field of Object.prototype', post: { form: 'body=a&constructor=b' }, status: 400, code: 'unknown-field' },
      { name: 'a message that is not persistent', post: { form: 'body=a&delivery_mode=1' }, status: 400, code: 'unsupported-field' },
      { name: 'retain that is neither true nor false', post: { form: 'body=a&retain=1' }, status: 400, code: 'invalid-field' },
      { name: 'a body that is too large', post: { form: `body=${'x'.repeat(2_000)}` }, status: 413, code: 'body-too-large' },
      { name: 'credentials without a colon', post: { credentials: 'guest' }, status: 401, code: 'no-credentials' },
      ...Object.keys(REFUSED_FIELDS).map((field) => ({
        name: `the field ${field}`, post: { form: `body=a&${field}=` }, status: 400, code: 'unsupported-field',
      })),
    ]
    test.each(ROWS)('$name', async ({ post, status, code }) => {
      const gateway = await start(await broker(acknowledge), { maxBody: 1_000 })
      const answer = await gateway.post(post)
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.text)).toMatchObject({ error: code, message: expect.any(String) })
      expect((await gateway.stats()).publishes.acknowledged).toBe(0)
    })

    const PATH = '%2F/amq.topic/a'
    const authorization = 'Basic Z3Vlc3Q6Z3Vlc3Q='
    const form = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    // biome-ignore format: one row per request
    const REQUESTS: readonly { name: string; path: string; init: RequestInit; status: number; headers?: Record<string, RegExp> }[] = [
      { name: 'no credentials', path: PATH, init: { method: 'POST', body: 'body=x' }, status: 401, headers: { 'www-authenticate': /^Basic realm=/ } },
      { name: 'another scheme', path: PATH, init: { method: 'POST', headers: { authorization: 'Bearer x' } }, status: 401 },
      { name: 'credentials that are not UTF-8', path: PATH, init: { method: 'POST', headers: { authorization: 'Basic /zo=' } }, status: 401 },
      { name: 'JSON', path: PATH, init: { method: 'POST', headers: { ...form, 'content-type': 'application/json' }, body: '{}' }, status: 415 },
      { name: 'a compressed form', path: PATH, init: { method: 'POST', headers: { ...form, 'content-encoding': 'gzip' }, body: 'body=x' }, status: 415 },
      { name: 'an empty request', path: PATH, init: { method: 'POST', headers: form }, status: 400 },
      { name: 'PUT', path: PATH, init: { method: 'PUT', headers: form, body: 'body=x' }, status: 405, headers: { allow: /^POST$/ } },
      { name: 'GET', path: PATH, init: {}, status: 405, headers: { allow: /^POST$/ } },
      { name: 'a method of WebDAV', path: PATH, init: { method: 'PROPFIND' }, status: 405 },
      { name: 'POST to /stats', path: 'stats', init: { method: 'POST', body: 'x' }, status: 405, headers: { allow: /^GET, HEAD$/ } },
      { name: 'a path that is too short', path: '%2F/amq.topic', init: { method: 'POST', headers: form }, status: 404 },
      { name: 'a path that is too long', path: `${PATH}/b`, init: { method: 'POST', headers: form }, status: 404 },
      { name: 'a broken escape', path: '%2F/amq.topic/a%zz', init: { method: 'POST', headers: form }, status: 400 },
      { name: 'an escape that is not UTF-8', path: '%2F/amq.topic/%ff', init: { method: 'POST', headers: form }, status: 400 },
    ]
    test.each(REQUESTS)('$name', async ({ path, init, status, headers = {} }) => {
      const gateway = await start(await broker(acknowledge))
      const answer = await gateway.request(path, init)
      expect(answer.status).toBe(status)
      expect(JSON.parse(answer.text).error).toMatch(/^[a-z-]+$/)
      for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name)).toMatch(value)
      expect(Object.values((await gateway.stats()).requests).flatMap(Object.entries)).toContainEqual([
        String(status),
        1,
      ])
    })
  })

  describe('answers of the broker', () => {
    test.each([4, 5])('CONNACK %i gives 401 for all waiting requests', async (returnCode) => {
      const gateway = await start(await broker(refuse(returnCode), acknowledge))
      const answers = await Promise.all([gateway.post(), gateway.post(), gateway.post()])
      expect(statuses(answers)).toEqual([401, 401, 401])
      expect(answers[0]!.headers.get('www-authenticate')).toContain('Basic')
      expect((await gateway.post()).status).toBe(204) // the broker is asked again
    })

    test('a wrong password does not affect requests with the right one', async () => {
      const port = await broker((peer, connect) =>
        connect.password?.toString() === 'right' ? acknowledge(peer, connect) : refuse(4)(peer, connect),
      )
      const gateway = await start(port)
      const credentials = Array.from({ length: 40 }, (_, index) => (index % 2 ? 'u:right' : 'u:wrong'))
      const answers = await Promise.all(credentials.map((each) => gateway.post({ credentials: each })))
      expect(statuses(answers)).toEqual(credentials.map((each) => (each === 'u:right' ? 204 : 401)))
      expect((await gateway.stats()).connections.open).toBe(1)
    })

    test.each([1, 2, 3])(
      'after CONNACK %i the broker counts as unavailable, and is tried again',
      async (returnCode) => {
        const gateway = await start(await broker(refuse(returnCode), refuse(returnCode), acknowledge))
        expect((await gateway.post()).status).toBe(204)
        const away = await start(await broker(refuse(returnCode)), { timeLimit: 300 })
        const answer = await away.post()
        expect(answer).toMatchObject({ status: 503 })
        expect(answer.headers.get('retry-after')).toBe('2')
      },
    )

    // biome-ignore format: one row per broker
    const HOSTILE: readonly { name: string; act: Act }[] = [
      { name: 'closes at CONNECT', act: ({ socket }) => socket.end() },
      { name: 'resets at CONNECT', act: ({ socket }) => socket.resetAndDestroy() },
      { name: 'is not a broker', act: ({ socket }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') },
      { name: 'breaks the connection right after CONNACK', act: ({ socket }) => socket.end(Buffer.concat([ACCEPTED, Buffer.from([0, 0])])) },
    ]
    test.each(HOSTILE)('a broker that $name is tried again', async ({ act }) => {
      const gateway = await start(await broker(act, acknowledge))
      expect((await gateway.post()).status).toBe(204)
    })

    test('no broker listens: 503 and Retry-After', async () => {
      const gateway = await start(1, { timeLimit: 300 })
      const answer = await gateway.post()
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('2')
      expect((await gateway.request('health')).status).toBe(503)
    })

    test('the next broker is tried', async () => {
      const port = await broker(acknowledge)
      const brokers = [1, 2, port].map((each) => ({ host: '127.0.0.1', port: each }))
      const gateway = await start(1, { brokers })
      expect((await gateway.post()).status).toBe(204)
      expect((await gateway.request('health')).status).toBe(200)
    })

    test('a silent broker gives 504 at the time limit, and the connection is closed', async () => {
      const gateway = await start(await broker(swallow, acknowledge), { timeLimit: 300, maxInFlight: 2 })
      const answers = await Promise.all([gateway.post(), gateway.post(), gateway.post()])
      expect(statuses(answers)).toEqual([504, 504, 504])
      const reasons = answers.map(({ text }) => JSON.parse(text).error).sort()
      expect(reasons).toEqual(['no-acknowledgement', 'no-acknowledgement', 'too-slow'])
      expect((await gateway.post()).status).toBe(204)
      expect((await gateway.stats()).queue).toMatchObject({ waiting: 0, inFlight: 0, bytes: 0 })
    })

    test('a late PUBACK does not give 204', async () => {
      const late = accept((publish, peer) => void setTimeout(() => peer.send(puback(publish)), 500))
      const gateway = await start(await broker(late), { timeLimit: 200 })
      expect((await gateway.post()).status).toBe(504)
      await expect.poll(async () => (await gateway.stats()).queue.inFlight).toBe(0)
      expect((await gateway.stats()).publishes.acknowledged).toBe(0)
    })
  })

  describe('a message that the broker forbids', () => {
    test('is 403', async () => {
      const gateway = await start(await broker(closeAt('bad')))
      expect((await gateway.post({ form: { body: 'bad' } })).status).toBe(403)
      expect((await gateway.post()).status).toBe(204)
    })

    test('does not fail other messages', async () => {
      let isFirst = true
      // Like RabbitMQ, acknowledges nothing before it closes the connection; afterwards one message at a time.
      const port = await broker(
        accept((publish, peer) => {
          if (publish.payload.toString() === 'bad') {
            isFirst = false
            peer.socket.destroy()
          } else if (!isFirst) peer.send(puback(publish))
        }),
      )
      const gateway = await start(port)
      const bodies = ['1', '2', '3', 'bad', '4', '5', 'bad', '6']
      const answers = await Promise.all(
        bodies.map((body, index) => sleep(index * 20).then(() => gateway.post({ form: { body } }))),
      )
      expect(statuses(answers)).toEqual(bodies.map((body) => (body === 'bad' ? 403 : 204)))
      const { publishes, requests } = await gateway.stats()
      expect(publishes).toMatchObject({ acknowledged: 6 })
      expect(requests.POST).toEqual({ 204: 6, 403: 2 })
    })

    test('is not confused with a connection that is lost for another reason', async () => {
      const gateway = await start(
        await broker(
          accept((_, peer) => peer.socket.destroy()),
          acknowledge,
        ),
      )
      expect((await gateway.post()).status).toBe(204)
    })
  })

  describe('limits', () => {
    test('the queue is limited, and messages above the limit are refused', async () => {
      const gateway = await start(await broker(swallow), { maxQueue: 3, maxInFlight: 2, timeLimit: 1_000 })
      const answers = await Promise.all(Array.from({ length: 5 }, () => gateway.post()))
      expect(statuses(answers).sort()).toEqual([503, 503, 504, 504, 504])
      const refused = answers.find(({ status }) => status === 503)!
      expect(JSON.parse(refused.text).error).toBe('queue-full')
      expect(refused.headers.get('retry-after')).toBe('2')
    })

    test('so is its size in bytes', async () => {
      const gateway = await start(await broker(swallow), { maxQueueBytes: 2_500, timeLimit: 1_000 })
      const form = { body: 'x'.repeat(1_000) }
      const answers = await Promise.all(Array.from({ length: 3 }, () => gateway.post({ form })))
      expect(statuses(answers).sort()).toEqual([503, 504, 504])
    })

    test('the number of connections is limited, and idle ones are closed for new ones', async () => {
      let open = 0
      let most = 0
      const port = await broker(async (peer, connect) => {
        most = Math.max(most, ++open)
        peer.socket.once('close', () => open--)
        await acknowledge(peer, connect)
      })
      const gateway = await start(port, { maxConnections: 2 })
      for (let user = 0; user < 6; user++)
        expect((await gateway.post({ credentials: `u${user % 4}:p` })).status).toBe(204)
      expect(most).toBe(2)
    })

    test('if all are in use, the answer is 503', async () => {
      const gateway = await start(await broker(swallow), { maxConnections: 2, timeLimit: 500 })
      const users = ['a:p', 'b:p', 'c:p'].map((credentials) => gateway.post({ credentials }))
      const answers = await Promise.all(users)
      expect(statuses(answers).sort()).toEqual([503, 504, 504])
      expect(answers.map(({ text }) => JSON.parse(text).error)).toContain('too-many-connections')
    })

    test('a connection is reused, and closed when idle', async () => {
      let connections = 0
      const port = await broker((peer, connect) => {
        connections++
        return acknowledge(peer, connect)
      })
      const gateway = await start(port, { idleTimeout: 200 })
      for (let count = 0; count < 5; count++) expect((await gateway.post()).status).toBe(204)
      expect(connections).toBe(1)
      await expect.poll(async () => (await gateway.stats()).connections.open, { timeout: 5_000 }).toBe(0)
      expect((await gateway.post()).status).toBe(204)
      expect(connections).toBe(2)
    })
  })

  describe('a client that leaves', () => {
    test('before its message is sent: the message is not sent', async () => {
      const gateway = await start(1, { timeLimit: 5_000 })
      const controller = new AbortController()
      const posted = gateway.post({ signal: controller.signal })
      await expect.poll(async () => (await gateway.stats()).queue.waiting).toBe(1)
      controller.abort()
      await expect(posted).rejects.toThrow()
      await expect.poll(async () => (await gateway.stats()).queue.waiting).toBe(0)
      expect((await gateway.stats()).requests.POST).toEqual({ 499: 1 })
    })

    test('in the middle of its body', async () => {
      const gateway = await start(await broker(acknowledge))
      const socket = openSocket(Number(new URL(gateway.url).port), '127.0.0.1')
      socket.write(
        'POST /%2F/amq.topic/a HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n' +
          'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nbody=half',
      )
      await sleep(100)
      socket.destroy()
      await sleep(100)
      const { publishes, queue } = await gateway.stats()
      expect(publishes.acknowledged).toBe(0)
      expect(queue).toMatchObject({ waiting: 0, inFlight: 0 })
    })
  })

  test('/metrics has the same counts as /stats', async () => {
    const gateway = await start(await broker(acknowledge))
    for (let count = 0; count < 3; count++) await gateway.post()
    await gateway.post({ exchange: 'x' })
    const stats = await gateway.stats()
    expect(stats).toMatchObject({
      connections: { open: 1, max: 100 },
      publishes: { acknowledged: 3, resent: 0, connectionsLost: 0 },
      requests: { POST: { 204: 3, 404: 1 } },
    })
    expect(stats.latency.p99).toBeGreaterThanOrEqual(stats.latency.p50)
    const { text, headers } = await gateway.request('metrics')
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toContain('gateway_http_requests_total{method="POST",status="204"} 3')
    expect(text).toContain('gateway_publish_seconds_count 3')
    expect(text).toContain('gateway_connections 1')
  })

  describe('closing', () => {
    test('answers current requests, and refuses later ones over connections that are still open', async () => {
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const port = await broker(
        accept(async (publish, peer) => {
          await held
          peer.send(puback(publish))
        }),
      )
      const gateway = await start(port)
      const request =
        'POST /%2F/amq.topic/a HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n' +
        'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nbody=x'
      const socket = openSocket(Number(new URL(gateway.url).port), '127.0.0.1')
      let answers = ''
      socket.on('data', (chunk) => {
        answers += chunk
      })
      socket.write(request)
      const idle = openSocket(Number(new URL(gateway.url).port), '127.0.0.1')
      await expect.poll(async () => (await gateway.stats()).queue.inFlight).toBe(1)
      const closed = gateway.close()
      socket.write(request) // pipelined after the first
      await sleep(50)
      release()
      await Promise.all([closed, once(socket, 'close')])
      idle.destroy()
      const [first, second] = answers.split(/(?=HTTP\/1\.1 )/)
      expect(first).toMatch(/^HTTP\/1\.1 204/)
      expect(first?.toLowerCase()).toContain('connection: close')
      if (second !== undefined) expect(second).toMatch(/^HTTP\/1\.1 503/)
      await expect(fetch(`${gateway.url}/stats`)).rejects.toThrow()
    })

    test('waits only until drainTimeout', async () => {
      const gateway = await start(await broker(swallow), { drainTimeout: 200, timeLimit: 60_000 })
      const posted = expect(gateway.post()).rejects.toThrow()
      await expect.poll(async () => (await gateway.stats()).queue.inFlight).toBe(1)
      await gateway.close()
      await posted
    })
  })
})
