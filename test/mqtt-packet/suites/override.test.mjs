import { execFileSync, execSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from './installed.mjs'

// The override in README, in a new project that uses aedes, with the package that `npm publish` would upload.
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PROJECT = mkdtempSync(join(tmpdir(), 'mqtt-wire-override-'))

describeWith('an override in a project that uses aedes', [], () => {
  let tarball
  const run = (command, cwd) =>
    execSync(command, { cwd, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, CI: 'true' } })
  beforeAll(() => {
    const [{ filename }] = JSON.parse(
      run(`npm pack --json --ignore-scripts --pack-destination "${PROJECT}"`, ROOT),
    )
    tarball = join(PROJECT, filename)
  })
  afterAll(() => rmSync(PROJECT, { recursive: true, force: true }))

  /** A project with these lines in its package.json. */
  function project(name, lines) {
    const folder = join(PROJECT, name)
    mkdirSync(folder)
    const { dependencies, ...rest } = lines
    const manifest = {
      name: 'app',
      private: true,
      dependencies: { aedes: '1.2.0', 'mqtt-wire': `file:${tarball}`, ...dependencies },
      ...rest,
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    return folder
  }

  /** Whether aedes, ES modules and CommonJS modules get mqtt-wire's implementation. */
  function expectOurs(folder) {
    writeFileSync(
      join(folder, 'check.mjs'),
      `import { createRequire } from 'node:module'
import { realpathSync } from 'node:fs'
import { Aedes } from 'aedes'
import mqttPacket, { generate } from 'mqtt-packet'
import { createMqttPacket } from 'mqtt-wire/mqtt-packet'
const require = createRequire(import.meta.url)
const ofAedes = createRequire(realpathSync(require.resolve('aedes')))('mqtt-packet')
await Aedes.createBroker()
console.log(require('mqtt-packet') === mqttPacket, ofAedes === mqttPacket, mqttPacket.createMqttPacket === createMqttPacket, generate({ cmd: 'pingreq' }).toString('hex'))
process.exit()
`,
    )
    const output = execFileSync(process.execPath, ['check.mjs'], { cwd: folder, encoding: 'utf8' })
    expect(output).toBe('true true true c000\n')
  }

  test.each(['npm@10.9.4', 'npm@11.6.2'])('%s: install, and ci', (npm) => {
    const folder = project(npm, {
      dependencies: { 'mqtt-packet': 'file:node_modules/mqtt-wire/mqtt-packet' },
      overrides: { 'mqtt-packet': '$mqtt-packet' },
    })
    run(`npx --yes ${npm} install --no-audit --no-fund`, folder)
    expectOurs(folder)
    expect(existsSync(join(folder, 'node_modules/bl'))).toBe(false) // a dependency of the original
    run(`npx --yes ${npm} ci --no-audit --no-fund`, folder)
    expectOurs(folder)
  })

  test('pnpm', () => {
    const folder = project('pnpm', {
      dependencies: { 'mqtt-packet': 'link:node_modules/mqtt-wire/mqtt-packet' },
      pnpm: { overrides: { 'mqtt-packet': 'link:node_modules/mqtt-wire/mqtt-packet' } },
    })
    run('npx --yes pnpm@10.20.0 install --no-frozen-lockfile', folder)
    expectOurs(folder)
  })

  test('yarn', () => {
    const folder = project('yarn', {
      dependencies: { 'mqtt-packet': 'link:./node_modules/mqtt-wire/mqtt-packet' },
      resolutions: { 'mqtt-packet': 'link:./node_modules/mqtt-wire/mqtt-packet' },
    })
    run('npx --yes yarn@1.22.22 install', folder)
    expectOurs(folder)
  })
})
