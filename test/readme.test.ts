import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { DECODE_ERRORS, ENCODE_ERRORS, encode } from '../src/index.ts'
import { Consumer } from './support/packed.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

const CONNECT = encode({ type: 'connect', clientId: 'c' })
const GOOD = Buffer.concat([CONNECT, encode({ type: 'pingreq' }), encode({ type: 'disconnect' })])
const LEVEL_5 = Buffer.from(CONNECT).fill(5, 8, 9)

const READMES = [
  'README.md',
  'src/rabbitmq/README.md',
  'test/testing/README.md',
  'test/fuzz/README.md',
  'bench/README.md',
]

/** Actions of a hostile peer, and the answers that a server must give. */
const HOSTILE: readonly { readonly act: (peer: Socket) => unknown; readonly answer: string }[] = [
  { act: (peer) => peer.write(Buffer.from([0, 0])), answer: '' },
  { act: (peer) => peer.write('GET / HTTP/1.1\r\n\r\n'), answer: '' },
  { act: (peer) => peer.write(Buffer.concat([CONNECT, Buffer.from([0, 0])])), answer: '20020000' },
  { act: (peer) => peer.write(LEVEL_5), answer: '20020001' },
  { act: (peer) => peer.end(CONNECT.subarray(0, 5)), answer: '' },
  { act: (peer) => peer.end(), answer: '' },
  { act: (peer) => peer.resetAndDestroy(), answer: '' },
  { act: (peer) => peer.write(CONNECT.subarray(0, 5), () => peer.resetAndDestroy()), answer: '' },
  { act: (peer) => peer.write(CONNECT, () => peer.resetAndDestroy()), answer: '' },
  { act: (peer) => peer.write(LEVEL_5, () => peer.resetAndDestroy()), answer: '' },
]

/** Connects, runs `act`, and returns the bytes received until the connection is closed. */
function talk(port: number, act: (peer: Socket) => unknown): Promise<string> {
  return new Promise((resolve) => {
    const received: Buffer[] = []
    const peer = connect(port, '127.0.0.1', () => act(peer))
    peer.on('data', (chunk) => received.push(chunk))
    peer.on('error', () => {})
    peer.on('close', () => resolve(Buffer.concat(received).toString('hex')))
  })
}

/** Runs an example that listens, and keeps its server open until the test stops it. */
async function start(code: string): Promise<{ port: number; stop: () => Promise<unknown> }> {
  const harness = new URL('support/keep-listening.mjs', import.meta.url).href
  const child = spawn(process.execPath, ['--import', harness, '--input-type=module'], {
    cwd: ROOT,
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
  })
  child.stdin!.end(code)
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const exit = once(child, 'exit')
  const exitedEarly = exit.then(([status]) => {
    throw new Error(`ended with ${status}: ${stderr}`)
  })
  const message = (): Promise<Record<string, number>> =>
    Promise.race([once(child, 'message').then(([sent]) => sent), exitedEarly])
  const { port = 0 } = await message()
  return {
    port,
    stop: async () => {
      child.send('stop')
      const { connections } = await message()
      const [status] = await exit
      return { connections, status, stderr }
    },
  }
}

/** Used instead of port 1883 in the examples, which may be in use. */
const FREE_PORT = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

const consumer = new Consumer()
afterAll(() => consumer.remove())
for (const name of ['@types/node', 'undici-types', 'fast-check', 'pure-rand']) consumer.install(name)

describe.each(READMES)('%s', (file) => {
  const sections = read(file).split(/^## /m).slice(1)
  const examples = sections.flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    return Array.from(section.matchAll(/```[jt]s\n(.*?)```/gs), ([, code = '']) => ({
      heading,
      code: code
        .replaceAll('listen(1883', `listen(${FREE_PORT}`)
        .replaceAll('connect(1883', `connect(${FREE_PORT}`),
    }))
  })

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(0)
  })

  // As a user would run it: importing the built package by its name.
  test.each(examples)('$heading: the example runs, and prints what it says', ({ code }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module'], {
      cwd: ROOT,
      input: code,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    for (const [, inline, below] of code.matchAll(
      /console\.(?:log|warn)\(.*?\)(?: \/\/ (.+)|\n *\/\/ (.+))$/gm,
    )) {
      expect(stdout).toContain(inline ?? below)
    }
  })

  test('the examples are also valid TypeScript', () => {
    const files = examples.map(({ code }, index) => {
      const name = `example-${index}.ts`
      consumer.write(name, code)
      return name
    })
    // Parameters in JavaScript have no types.
    expect(consumer.compile(files, { module: 'nodenext', types: ['node'], noImplicitAny: false })).toBe('')
  })

  const servers = examples.filter(({ code }) => code.includes('createServer('))

  test.skipIf(servers.length === 0).each(servers)(
    '$heading: the server survives hostile peers',
    async ({ code }) => {
      const server = await start(code)
      for (let round = 0; round < 3; round++) {
        const answers = HOSTILE.map(({ act }) => talk(server.port, act))
        expect(await Promise.all(answers)).toEqual(HOSTILE.map(({ answer }) => answer))
      }
      expect(await talk(server.port, (peer) => peer.write(GOOD))).toBe('20020000d000')
      expect(await server.stop()).toEqual({ connections: 0, status: 0, stderr: '' })
    },
  )

  test('links only to files that exist', () => {
    for (const [, target = ''] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(ROOT, dirname(file), target)), target).toBe(true)
    }
  })
})

describe("README.md's table of errors", () => {
  const rows = new Map(
    Array.from(
      read('README.md').matchAll(/^\| `([a-z0-9]+(?:-[a-z0-9]+)+)` \| (.+) \|$/gm),
      ([, code = '', cells = '']) => [code, cells.split(' | ')],
    ),
  )

  test.each(Object.entries(DECODE_ERRORS))('%s', (code, { rule, summary, tolerable }) => {
    const [inRule, says, leaves] = rows.get(code) ?? []
    expect([inRule, says]).toEqual([rule, summary])
    expect(leaves === '–').toBe(!tolerable)
  })

  test.each(Object.entries(ENCODE_ERRORS))('%s', (code, { rule, summary }) => {
    expect(rows.get(code)).toEqual([rule, summary])
  })

  test('has no other codes', () => {
    expect([...rows.keys()].sort()).toEqual(
      [...Object.keys(DECODE_ERRORS), ...Object.keys(ENCODE_ERRORS)].sort(),
    )
  })
})
