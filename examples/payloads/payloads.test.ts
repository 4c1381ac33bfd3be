// Runs the examples as a user would: they send a payload of 256,000,000 bytes from disk to disk over a local connection.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeStream, encodeAll } from 'mqtt-wire'
import { afterAll, expect, test } from 'vitest'

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
  const exit = once(child, 'exit')
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
