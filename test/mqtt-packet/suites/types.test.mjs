import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Consumer, ROOT } from '../../support/packed.ts'
import { describeWith, FOLDER } from './installed.mjs'

// The published declarations of mqtt-packet's users compile with ours in place of the original's.
const MODULES = join(FOLDER, 'node_modules')
const COMPILERS = {
  'TypeScript 5.4': join(ROOT, 'test/package/node_modules/typescript-5.4'),
  'TypeScript 5.7': join(ROOT, 'test/package/node_modules/typescript-5.7'),
  'TypeScript 5.9': join(ROOT, 'test/package/node_modules/typescript-5.9'),
  'the newest TypeScript': join(ROOT, 'node_modules/typescript'),
}
const NEWEST = COMPILERS['the newest TypeScript']
const nodenext = { module: 'nodenext', types: ['node'], lib: ['DOM'] }
const bundler = { module: 'esnext', moduleResolution: 'bundler', types: ['node'], lib: ['DOM'] }

const missing = Object.values(COMPILERS).every(existsSync) ? [] : ['npm ci --prefix test/package was not run']

describeWith('declarations', missing, () => {
  let consumer
  beforeAll(() => {
    consumer = new Consumer()
    for (const name of ['@types/node', 'undici-types']) consumer.install(name)
    for (const name of [
      'mqemitter',
      'aedes-persistence',
      'worker-timers',
      '@types/readable-stream',
      '@types/ws',
    ])
      add(name, (path) => symlinkSync(join(MODULES, name), path, 'junction'))
    // Copies, so that their imports are resolved in this project.
    for (const name of ['aedes', 'aedes-packet', 'mqtt', 'original'])
      add(name, (path) => cpSync(join(MODULES, name), path, { recursive: true, filter: isDeclared }))
    cpSync(join(FOLDER, 'consumers'), consumer.folder, { recursive: true })
    consumer.write('tsd.d.ts', "declare module 'tsd' { export function expectType<T>(value: T): void }\n")
  })
  afterAll(() => consumer?.remove())

  const isDeclared = (path) => !/\/(dist|node_modules)\/.*\.js$|\.map$/.test(path)
  function add(name, install) {
    const path = join(consumer.folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    install(path)
  }

  /** The compiler's output with mqtt-packet in this folder. */
  function compile(target, files, options, compiler) {
    const path = join(consumer.folder, 'node_modules/mqtt-packet')
    rmSync(path, { force: true })
    symlinkSync(join(consumer.folder, 'node_modules', target), path, 'junction')
    return consumer.compile(files, options, join(compiler, 'bin/tsc'))
  }

  test.each(Object.entries(COMPILERS))('the package, ES modules and CommonJS, with %s', (_, compiler) => {
    expect(compile('mqtt-wire/mqtt-packet', ['package.ts', 'required.cts'], nodenext, compiler)).toBe('')
  })

  test('the package, for a bundler', () => {
    expect(compile('mqtt-wire/mqtt-packet', ['package.ts'], bundler, NEWEST)).toBe('')
  })

  test("aedes, aedes' tests of its types, and MQTT.js", () => {
    const files = ['aedes.ts', 'mqtt.ts', 'node_modules/aedes/test/types/aedes.test-d.ts', 'tsd.d.ts']
    for (const mqttPacket of ['original', 'mqtt-wire/mqtt-packet'])
      expect(compile(mqttPacket, files, nodenext, NEWEST), mqttPacket).toBe('')
  })
})
