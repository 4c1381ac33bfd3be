import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer, connect as openSocket, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describeWith, type Installation, type Peer } from '../../test/interop/peers/peer.ts'
import { exampleBroker } from './peer.ts'

// The functional verification tests of Eclipse Paho's Go client, which also test a broker. They always connect to
// port 1883, so each broker gets its own loopback address.

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))
const PACKAGE = '/usr/share/gocode/src/github.com/eclipse/paho.mqtt.golang'
const PORT = 1883
const BROKER = '127.0.83.1'
const SLOW_BROKER = '127.0.83.2'
const CLOSED_BROKER = '127.0.83.3'

/** The delay in each direction of the relay in front of the slow broker. */
const DELAY_MS = 100

/** The suite's tests in order, and the address with which each is run. */
const TESTS: Readonly<Record<string, string>> = {
  Test_Start: BROKER,
  Test_Publish_1: BROKER,
  Test_Publish_2: BROKER,
  Test_Publish_3: BROKER,
  Test_Subscribe: BROKER,
  Test_Will: BROKER,
  Test_CleanSession: BROKER,
  Test_Binary_Will: BROKER,
  Test_p0s0: BROKER,
  Test_p0s1: BROKER,
  Test_p0s2: BROKER,
  Test_p1s0: BROKER,
  Test_p1s1: BROKER,
  Test_p1s2: BROKER,
  Test_p2s0: BROKER,
  Test_p2s1: BROKER,
  Test_p2s2: BROKER,
  Test_PublishMessage: BROKER,
  Test_PublishEmptyMessage: BROKER,
  Test_MultipleURLs: BROKER,
  Test_ping1_idle5: BROKER,
  Test_autoreconnect: BROKER,
  // These expect a QoS 2 message to be still in flight when they check, the first of them after 10 ms.
  Test_cleanUpMids: SLOW_BROKER,
  Test_cleanUpMids_2: SLOW_BROKER,
}

interface Suite extends Peer {
  /** Runs the compiled suite. */
  run(address: string, ...options: string[]): Promise<{ status: number | null; output: string }>
}

const suite: Installation<Suite> = {
  name: "Eclipse Paho's tests in Go",
  source: `Debian: apt-get install golang-go golang-github-eclipse-paho.mqtt.golang-dev; ${exampleBroker.source}`,
  isInstalled: () =>
    spawnSync('go', ['version']).status === 0 && existsSync(PACKAGE) && exampleBroker.isInstalled(),
  version: () =>
    spawnSync('dpkg-query', ['-W', 'golang-github-eclipse-paho.mqtt.golang-dev']).stdout.toString(),
  async start(folder) {
    const program = compile(folder)
    const stops = await Promise.all([
      startBroker(BROKER),
      startBroker(CLOSED_BROKER, '--users', '/dev/null'),
      startRelay(SLOW_BROKER, BROKER),
    ])
    return {
      port: PORT,
      accountPort: PORT,
      async run(address, ...options) {
        const env = { ...process.env, TEST_FVT_ADDR: address }
        const child = spawn(program, options, { cwd: folder, env })
        const [[status], ...output] = await Promise.all([
          once(child, 'exit'),
          text(child.stdout),
          text(child.stderr),
        ])
        return { status, output: output.join('') }
      },
      async stop() {
        await Promise.all(stops.map((stop) => stop()))
      },
    }
  },
}

/** Excludes the package's unit tests. They need no broker, and one in Debian's package does not compile. */
function compile(folder: string): string {
  const isPart = (file: string) =>
    file.endsWith('.go') && (!file.endsWith('_test.go') || /^fvt_(client_)?test/.test(file))
  const files = readdirSync(PACKAGE).filter(isPart)
  const program = join(folder, 'paho')
  mkdirSync(join(folder, 'cache'))
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOFLAGS: '',
    GOPATH: '/usr/share/gocode',
    GOCACHE: join(folder, 'cache'),
  }
  const args = ['test', '-c', '-o', program, ...files.map((file) => join(PACKAGE, file))]
  const { status, stderr } = spawnSync('go', args, { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the suite does not compile: ${stderr}`)
  return program
}

async function startBroker(host: string, ...options: string[]): Promise<() => Promise<unknown>> {
  const child = spawn(process.execPath, [MAIN, '--quiet', '--host', host, '--port', `${PORT}`, ...options])
  const exited = once(child, 'exit')
  child.stderr.pipe(process.stderr)
  const [address] = await Promise.race([once(child.stdout, 'data'), exited])
  if (String(address) !== `listening on mqtt://${host}:${PORT}\n`)
    throw new Error(`${host}:${PORT}: ${address}`)
  return () => {
    child.kill()
    return exited
  }
}

/** A relay that delays everything. */
async function startRelay(from: string, to: string): Promise<() => Promise<unknown>> {
  const pass = (source: Socket, target: Socket) => {
    source.on('data', (chunk) => setTimeout(() => target.write(chunk), DELAY_MS))
    source.on('close', () => target.destroy())
    source.on('error', () => {})
  }
  const server = createServer((near) => {
    const far = openSocket(PORT, to)
    pass(near, far)
    pass(far, near)
  }).listen(PORT, from)
  await once(server, 'listening')
  return () => once(server.close(), 'close')
}

describeWith(suite, (peer) => {
  const run = (name: string, address: string) =>
    peer().run(address, '-test.v', '-test.run', `^${name}$`, '-test.timeout', '50s')

  test('the list contains all tests of the suite', async () => {
    const { output } = await peer().run(BROKER, '-test.list', '.*')
    expect(output.trim().split('\n')).toEqual(Object.keys(TESTS))
  })

  test.each(Object.entries(TESTS))('%s', async (name, address) => {
    const { status, output } = await run(name, address)
    expect(output).toContain(`--- PASS: ${name} (`)
    expect(status).toBe(0)
  })

  test.each(Object.keys(TESTS))('%s fails with a broker that accepts no client', async (name) => {
    const { status, output } = await run(name, CLOSED_BROKER)
    expect(output).toContain(`--- FAIL: ${name} (`)
    expect(status).toBe(1)
  })
})
