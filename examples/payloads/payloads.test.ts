// Runs the examples as a user would: they send a payload of 256,000,000 bytes from disk to disk over a local connection.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeStream, encode, encodeAll } from 'mqtt-wire'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DIRECTORY = mkdtempSync(join(tmpdir(), 'mqtt-wire-examples-'))
afterAll(() => rmSync(DIRECTORY, { recursive: true }))

const SIZE = 256_000_000
const MAX_GROWTH = 10_000_000

/** Writes a file of different blocks, so that a lost, repeated or swapped block changes the hash. */
async function writeLargeFile(path: string): Promise<string> {
  const hash = createHash('sha1')
  const file = await open(path, 'w')
  const block = Buffer.alloc(1_000_000, 'mqtt-wire ')
  for (let number = 0; number < SIZE / block.length; number++) {
    block.writeUInt32BE(number)
    hash.update(block)
    await file.write(block)
  }
  await file.close()
  return hash.digest('hex')
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha1')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Starts an example. */
function run(example: string, ...args: readonly string[]) {
  const report = join(DIRECTORY, `${example}.memory`)
  const watch = new URL('../../test/support/watch-memory.mjs', import.meta.url).href
  const path = join('examples/payloads', example)
  const child = spawn(process.execPath, ['--expose-gc', '--import', watch, path, ...args], {
    cwd: ROOT,
    env: { ...process.env, MEMORY_REPORT: report },
  })
  const exit = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  return {
    /** Waits until the output matches, and returns the first group. */
    says: async (text: RegExp): Promise<string> => {
      for (;;) {
        const found = text.exec(output)?.[1]
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`ended too early: ${output}`)
        await Promise.race([once(child.stdout, 'data'), exit])
      }
    },
    stop: () => child.kill('SIGTERM'),
    /** Waits for the end, and returns the exit code and everything that was printed. */
    outcome: async (): Promise<readonly [number, string]> => [(await exit)[0], output],
    /** Waits for the end, and returns the largest growth in bytes. */
    end: async (): Promise<number> => {
      const [status] = await exit
      expect([status, output]).toEqual([0, expect.not.stringContaining('rror')])
      return Number(readFileSync(report, 'utf8'))
    },
  }
}

test('receives each message of QoS 2 once', async () => {
  const receiver = run('receive.mjs', DIRECTORY, '0')
  const socket = connect(Number(await receiver.says(/listening on .*?port: (\d+)/s)), '127.0.0.1')
  const publish = { type: 'publish', topic: 'a', payload: 'hello', qos: 2, packetId: 7 } as const
  socket.write(
    encodeAll([
      { type: 'connect', clientId: 'c' },
      publish,
      { ...publish, dup: true },
      { type: 'pubrel', packetId: 7 },
      { ...publish, payload: new Uint8Array(70_000) }, // in pieces
      { type: 'pubrel', packetId: 7 },
      { type: 'disconnect' },
    ]),
  )
  const answers: string[] = []
  for await (const { type } of decodeStream(socket, { role: 'client' })) answers.push(type)
  expect(answers).toEqual(['connack', 'pubrec', 'pubrec', 'pubcomp', 'pubrec', 'pubcomp'])
  const output = await receiver.says(/((?:a: .*\n){2})/)
  receiver.stop()
  await receiver.end()
  expect(output.match(/\d+ bytes/g)).toEqual(['5 bytes', '70000 bytes'])
})

test('sends and receives a payload of 256,000,000 bytes with less than 10 MB at each end', async () => {
  const from = join(DIRECTORY, 'from')
  const hash = await writeLargeFile(from)
  const receiver = run('receive.mjs', DIRECTORY, '0')
  const sender = run('send.mjs', from, await receiver.says(/listening on .*?port: (\d+)/s), 'a/b')
  expect(await sender.end()).toBeLessThan(MAX_GROWTH)
  const received = await receiver.says(/a\/b: 256000000 bytes in (.+)\n/)
  receiver.stop()
  expect(await receiver.end()).toBeLessThan(MAX_GROWTH)
  expect(await hashOf(received)).toBe(hash)
}, 600_000)

describe('receive.mjs and hostile peers', () => {
  const CONNECT = encode({ type: 'connect', clientId: 'c' })
  const LARGE = encode({ type: 'publish', topic: 'a', payload: new Uint8Array(70_000) })
  const hex = (text: string) => Buffer.from(text, 'hex')

  /** What the peer does, and all that the receiver answers. */
  const PEERS: Record<string, readonly [act: (socket: Socket) => unknown, answers: string]> = {
    'a malformed packet': [(socket) => socket.write(hex('0000')), ''],
    'a malformed packet after CONNECT': [
      (socket) => socket.write(Buffer.concat([CONNECT, hex('0000')])),
      '20020000',
    ],
    HTTP: [(socket) => socket.write('GET / HTTP/1.1\r\n\r\n'), ''],
    'a packet that only a server may send': [(socket) => socket.write(hex('20020000')), ''],
    'a topic that would change the terminal': [
      (socket) => socket.write(encode({ type: 'publish', topic: 'a\x1b[2J', payload: 'x' })),
      '',
    ],
    'MQTT 5': [
      (socket) => socket.write(hex('101000044d51545405020000000003616263')),
      '20020001', // [MQTT-3.1.2-2]
    ],
    'an empty client identifier with clean session 0': [
      (socket) => socket.write(hex('100c00044d5154540400003c0000')),
      '20020002', // [MQTT-3.1.3-8]
    ],
    'a reset': [(socket) => socket.resetAndDestroy(), ''],
    'a reset inside a payload': [
      (socket) =>
        socket.write(LARGE.subarray(0, 1_000), () => setTimeout(() => socket.resetAndDestroy(), 100)),
      '',
    ],
    'half a packet and the end': [(socket) => socket.end(CONNECT.subarray(0, 5)), ''],
    'half a payload and the end': [(socket) => socket.end(LARGE.subarray(0, 1_000)), ''],
  }

  test('each is answered or disconnected, and then a good client is served', async () => {
    const receiver = run('receive.mjs', DIRECTORY, '0')
    const port = Number(await receiver.says(/listening on .*?port: (\d+)/s))
    const answers: Record<string, string> = {}
    for (const [name, [act]] of Object.entries(PEERS)) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      answers[name] = ''
      socket.on('data', (chunk) => {
        answers[name] += chunk.toString('hex')
      })
      socket.on('error', () => {})
      act(socket)
      await once(socket, 'close')
    }
    expect(answers).toEqual(
      Object.fromEntries(Object.entries(PEERS).map(([name, [, answer]]) => [name, answer])),
    )
    const good = connect(port, '127.0.0.1')
    good.write(
      encodeAll([
        { type: 'connect', clientId: 'good' },
        { type: 'publish', topic: 'good', payload: 'x', qos: 1, packetId: 1 },
        { type: 'disconnect' },
      ]),
    )
    const types: string[] = []
    for await (const { type } of decodeStream(good, { role: 'client' })) types.push(type)
    expect(types).toEqual(['connack', 'puback'])
    receiver.stop()
    const [status, output] = await receiver.outcome()
    expect(status).toBe(0)
    expect(output).toContain('good: 1 bytes')
    expect(output).not.toContain('\x1b')
  })
})

describe('send.mjs and hostile servers', () => {
  const ACCEPTED = encode({ type: 'connack', returnCode: 0 })
  const file = join(DIRECTORY, 'to-send')

  /** Sends a file of 20 MB to a server that acts after its first chunk. */
  const outcomeWith = async (act: (socket: Socket) => unknown): Promise<readonly [number, string]> => {
    writeFileSync(file, Buffer.alloc(20_000_000))
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => act(socket))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const outcome = await run('send.mjs', file, String((server.address() as AddressInfo).port), 'a').outcome()
    server.close()
    return outcome
  }

  /** Accepts the connection, and acts while the payload arrives. */
  const accepted = (act: (socket: Socket) => unknown) => (socket: Socket) => {
    socket.write(ACCEPTED)
    socket.once('data', () => act(socket))
  }

  const malformed = (socket: Socket) => socket.write(Buffer.from([0, 0]))
  const reset = (socket: Socket) => socket.resetAndDestroy()
  const end = (socket: Socket) => socket.end()

  test.each([
    ['a malformed packet instead of CONNACK', malformed, /reserved/],
    ['a reset instead of CONNACK', reset, /ECONNRESET/],
    ['the end instead of CONNACK', end, /closed the connection/],
    ['half a CONNACK and the end', (socket: Socket) => socket.end(ACCEPTED.subarray(0, 2)), /ended inside/],
    ['another packet', (socket: Socket) => socket.write(encode({ type: 'pingresp' })), /pingresp/],
    [
      'a refusal',
      (socket: Socket) => socket.write(encode({ type: 'connack', returnCode: 5 })),
      /return code 5/,
    ],
    ['a malformed packet instead of PUBACK', accepted(malformed), /reserved/],
    [
      'a malformed packet from a server that reads no more',
      accepted((socket) => {
        socket.pause()
        malformed(socket)
      }),
      /reserved/,
    ],
    ['a reset instead of PUBACK', accepted(reset), /ECONNRESET|EPIPE/],
    ['the end instead of PUBACK', accepted(end), /closed the connection/],
  ])('%s is a clear error', async (_, act, message) => {
    const [status, output] = await outcomeWith(act)
    expect(output).toMatch(/^not sent: .*\n$/)
    expect(output).toMatch(message)
    expect(status).toBe(1)
  })

  test('no server listens', async () => {
    writeFileSync(file, 'x')
    expect(await run('send.mjs', file, '1', 'a').outcome()).toEqual([
      1,
      expect.stringMatching(/^not sent: .*ECONNREFUSED.*\n$/),
    ])
  })
})
