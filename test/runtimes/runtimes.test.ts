// Runs suite.mjs in every installed runtime. In CI, all of them must be installed.

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { programPath } from '../interop/peers/installed.ts'
import { freePorts, serve } from '../interop/peers/peer.ts'
import { CHROMIUM_ARGUMENTS } from '../support/chromium.ts'
import { serveFolder } from './web-server.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../..')
const PACKAGES = join(HERE, 'node_modules')
const VECTORS = join(ROOT, 'test/vectors/vectors.json')

interface Results {
  readonly passed: number
  readonly failures: readonly string[]
}

/** The number of rows. Each is checked with every kind of bytes, and a host has at least one kind. */
const { valid, malformed, streams, headers, matching } = JSON.parse(readFileSync(VECTORS, 'utf8'))
const ROWS = [valid, malformed, streams, headers, matching].reduce((sum, rows) => sum + rows.length, 0)

/** @param kinds the minimum number of kinds of bytes that the runtime has */
function expectPassed({ passed, failures }: Results, kinds: number): void {
  expect(failures).toEqual([])
  expect(passed).toBeGreaterThan(kinds * (ROWS - matching.length))
}

/** Defines a test that requires a program. If it is not installed, the test is skipped, or fails in CI. */
function testWith(
  name: string,
  path: string | undefined,
  source: string,
  run: (path: string) => Promise<void>,
) {
  if (path !== undefined && existsSync(path)) {
    test(name, () => run(path))
  } else if (process.env.CI === 'true') {
    test(name, () => expect.unreachable(`${name} is not installed: ${source}`))
  } else {
    console.log(`Skipped: ${name} is not installed (${source}).`)
    test.skip(name, () => {})
  }
}

/** Loads one of this folder's packages, which the type check does not require. */
// biome-ignore lint/suspicious/noExplicitAny: their types may not be installed
const load = (name: string): Promise<any> => import(name)

const FROM_NPM = 'npm ci --prefix test/runtimes'

// biome-ignore format: one row per runtime
const SERVERS = [
  ['Node 20.19', 'node-20/bin/node', [], 4],
  ['Node 22', 'node-22/bin/node', [], 4],
  ['Node 24', 'node-24/bin/node', [], 4],
  ['Node 26', 'node-26/bin/node', [], 4],
  ['Bun', '.bin/bun', [], 4],
  ['Deno', '.bin/deno', ['run', '--allow-all'], 4],
] as const

describe.each(SERVERS)('%s', (name, program, args, kinds) => {
  describe.each([
    ["with the host's Buffer", 'host-buffer', kinds],
    ['without Buffer', 'no-buffer', kinds - 1],
    ["with npm's buffer", 'npm-buffer', kinds],
  ] as const)('%s', (_, buffer, kindsOfBytes) => {
    testWith(name, join(PACKAGES, program), FROM_NPM, async (path) => {
      const command = [...args, join(HERE, 'server-runtime.mjs'), buffer]
      const { stdout, stderr } = await promisify(execFile)(path, command, { cwd: ROOT })
      expectPassed(JSON.parse(stdout), kindsOfBytes)
      expect(stderr).toBe('')
    })
  })

  testWith(`${name}: the commands`, join(PACKAGES, program), FROM_NPM, async (path) => {
    const run = (...words: string[]) =>
      promisify(execFile)(path, [...args, join(ROOT, 'dist/cli/main.js'), ...words], { cwd: ROOT })
    const decoded = await run('decode', 'test/fixtures/session.ndjson')
    expect(decoded.stdout).toMatch(/CONNECT[\s\S]*DISCONNECT/)
    const fuzzed = await run('fuzz', 'test/fuzz/adapters/mqtt-wire.mjs', '--runs', '500', '--seed', '5')
    expect(fuzzed.stdout).toContain(': 0 findings in ')
  })
})

describe.each([
  ['without Buffer', [], 2],
  ['with its Buffer', ['nodejs_compat'], 3],
] as const)('workerd %s', (_, compatibilityFlags, kinds) => {
  testWith('workerd', join(PACKAGES, 'miniflare/package.json'), FROM_NPM, async () => {
    const { Miniflare } = await load('miniflare')
    const sources = ['workerd-worker.mjs', 'suite.mjs'].map((file) => ({ file, path: join(HERE, file) }))
    for (const entry of readdirSync(join(ROOT, 'dist'), { recursive: true, encoding: 'utf8' }))
      if (entry.endsWith('.js') && !/^(cli|testing)/.test(entry))
        sources.push({ file: `dist/${entry}`, path: join(ROOT, 'dist', entry) })
    const modules = sources.map(({ file, path }) => ({
      type: 'ESModule' as const,
      path: file,
      contents: readFileSync(path, 'utf8'),
    }))
    const worker = new Miniflare({ modules, compatibilityDate: '2026-01-01', compatibilityFlags })
    try {
      const response = await worker.dispatchFetch('http://localhost/', {
        method: 'POST',
        body: readFileSync(VECTORS, 'utf8'),
      })
      expectPassed((await response.json()) as Results, kinds)
    } finally {
      await worker.dispose()
    }
  })
})

interface PageResults {
  readonly page: Results
  readonly worker: Results
  readonly mqttPacket: Results
  /** The result in a worker with npm's buffer. */
  readonly npmBuffer: Results
  readonly messages?: readonly string[]
}

describe('browsers', () => {
  testWith(
    'Chromium, page and worker, and mosquitto over WebSocket',
    programPath('chromium'),
    'Debian: apt-get install chromium',
    async (executablePath) => {
      const { chromium } = await load('playwright-core')
      const browser = await chromium.launch({
        executablePath,
        args: CHROMIUM_ARGUMENTS,
      })
      try {
        const results = await withPage(async (url) => {
          const page = await browser.newPage()
          await page.goto(url)
        })
        expectPassed(results.page, 3)
        expectPassed(results.worker, 3)
        expectPassed(results.npmBuffer, 4)
        expect(results.mqttPacket).toEqual({ passed: 12, failures: [] })
        expect(results.messages).toEqual(['connack', 'suback', 'publish', 'page/größe', 'from the page'])
      } finally {
        await browser.close()
      }
    },
  )

  testWith(
    'Firefox, page and worker, and mosquitto over WebSocket',
    programPath('firefox-esr'),
    'Debian: apt-get install firefox-esr',
    async (path) => {
      const profile = mkdtempSync(join(tmpdir(), 'mqtt-wire-firefox-'))
      let stop = (): void => {}
      try {
        const results = await withPage(async (url) => {
          const child = spawn(path, ['--headless', '--no-remote', '--profile', profile, url], {
            stdio: 'ignore',
          })
          stop = () => child.kill('SIGKILL')
        })
        expectPassed(results.page, 2)
        expectPassed(results.worker, 2)
        expectPassed(results.npmBuffer, 3)
        expect(results.mqttPacket).toEqual({ passed: 12, failures: [] })
        expect(results.messages).toEqual(['connack', 'suback', 'publish', 'page/größe', 'from the page'])
      } finally {
        stop()
        rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
      }
    },
  )
})

/** Serves the page, starts a broker that it can reach, and waits for the results that the page posts. */
async function withPage(open: (url: string) => Promise<void>): Promise<PageResults> {
  const server = await serveFolder(ROOT)
  const broker = await startBroker()
  try {
    await open(
      `${server.url}/${relative(ROOT, HERE)}/browser-page.html?broker=${encodeURIComponent(broker.url)}`,
    )
    return (await server.results) as PageResults
  } finally {
    await broker.stop()
    server.close()
  }
}

/** mosquitto, for WebSocket connections. */
async function startBroker() {
  const program = programPath('mosquitto')
  if (program === undefined) throw new Error('mosquitto is not installed (Debian: apt-get install mosquitto)')
  const [port, otherPort] = (await freePorts(2)) as [number, number]
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-mosquitto-'))
  const configuration = join(folder, 'mosquitto.conf')
  // mosquitto 2.0.11 does not start with WebSocket listeners alone.
  writeFileSync(
    configuration,
    `persistence false
allow_anonymous true
listener ${otherPort} 127.0.0.1
listener ${port} 127.0.0.1
socket_domain ipv4
protocol websockets
`,
  )
  const { stop } = await serve(program, ['-c', configuration], [port], { cwd: folder })
  return {
    url: `ws://127.0.0.1:${port}/`,
    stop: async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
