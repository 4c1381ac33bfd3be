// Some programs freeze the built-in objects before they load modules, so that no module can change them.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const INDEX = new URL('../dist/index.js', import.meta.url).href

const CLASSES =
  'Object, Function, Array, String, Number, RegExp, Symbol, Promise, Map, Set, WeakMap, Error, TypeError, ArrayBuffer, DataView, Uint8Array, Buffer'
const FREEZE = `for (const each of [${CLASSES}]) { Object.freeze(each); Object.freeze(each.prototype) }`

const USE = `
  const { DecodeError, EncodeError, PacketParser, PacketDecoderStream, decode, encode, encodeInto } = await import('${INDEX}')
  const caught = (action) => { try { action() } catch (error) { return error } }
  const facts = (error) => [error.constructor.name, error instanceof Error, error.name, error.message, error.code, Object.keys(error)]
  const ZERO = Buffer.from('40020000', 'hex')
  const reports = []
  const lenient = new PacketParser({ tolerate: ['packet-identifier-zero'], onTolerated: (violation) => reports.push(violation) })
  const publish = { type: 'publish', topic: 'a/b', payload: 'hi', qos: 1, packetId: 7 }
  const whole = encode(publish)
  const stream = new PacketDecoderStream()
  const writer = stream.writable.getWriter()
  writer.write(whole)
  console.log(JSON.stringify([
    decode(whole),
    [...new PacketParser().push(whole.subarray(0, 5)).push(whole.subarray(5))],
    [...lenient.push(ZERO)],
    reports.map(facts),
    facts(caught(() => decode(ZERO))),
    caught(() => decode(ZERO)).stack.includes('\\n'),
    facts(caught(() => encode({ type: 'puback', packetId: 0 }))),
    facts(caught(() => encode({ type: 'connect', clientId: 'c', keepalive: 60 }))),
    facts(caught(() => new PacketParser({ maxPacketsize: 1 }))),
    encodeInto({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: '#' }] }, new Uint8Array(20)),
    encode({ type: 'connect', clientId: 'c', username: 'ü', password: 'p', will: { topic: 'w', payload: 'x' } }).toString('hex'),
    (await stream.readable.getReader().read()).value,
  ]))
`

function outcomeAfter(preparation: string, ...flags: readonly string[]): unknown {
  const script = `(async () => { ${preparation}; ${USE} })()`
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--no-warnings', '-e', script], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test.each([
  ['Error', 'Object.freeze(Error)'],
  ["Error's prototype", 'Object.freeze(Error.prototype)'],
  ['the prototypes of arrays and objects', 'Object.freeze(Array.prototype); Object.freeze(Object.prototype)'],
  ['many classes and their prototypes', FREEZE],
])('freezing %s makes no difference', (_, preparation) => {
  expect(outcomeAfter(preparation)).toEqual(outcomeAfter(''))
})

test("under Node's --frozen-intrinsics, too", () => {
  expect(outcomeAfter('', '--frozen-intrinsics')).toEqual(outcomeAfter(''))
})
