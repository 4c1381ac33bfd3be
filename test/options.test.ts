import { describe, expect, test } from 'vitest'
import { decode, PacketParser, type ParserOptions } from '../src/index.ts'
import { settingsFrom } from '../src/options.ts'
import { bytes } from './support/bytes.ts'

describe('what is no option', () => {
  // biome-ignore format: one row a mistake
  test.each([
    [{ role: 'broker' }, "role is 'client' or 'server', not broker"],
    [{ role: null }, "role is 'client' or 'server', not null"],
    [{ tolerate: ['no-such-code'] }, 'tolerate does not know no-such-code'],
    [{ tolerate: ['toString'] }, 'tolerate does not know toString'],
    [{ tolerate: ['null-character', 'trailing-bytes'] }, 'tolerate does not know trailing-bytes'],
    [{ protocols: ['3.1.1', '5'] }, 'protocols does not know 5'],
    [{ maxPacketSize: 0 }, 'maxPacketSize is a number of at least 1, not 0'],
    [{ maxTopicLength: 0.5 }, 'maxTopicLength is a number of at least 1, not 0.5'],
    [{ maxTopicLevels: '2' }, 'maxTopicLevels is a number of at least 1, not 2'],
    [{ maxTopicFilters: Number.NaN }, 'maxTopicFilters is a number of at least 1, not NaN'],
  ])('%j', (options, message) => {
    expect(() => new PacketParser(options as never)).toThrow(new TypeError(message))
  })
})

describe('an idle parser stays small', () => {
  test.each([
    [undefined, {}],
    [undefined, { role: undefined, tolerate: undefined, maxPacketSize: 100 }],
    [{ role: 'server' }, { role: 'server', maxPacketSize: 100, onTolerated: undefined }],
    [{ role: 'client' }, { role: 'client', maxTopicLevels: undefined }],
  ] as const)('because %j and %j share their settings', (one, other) => {
    expect(settingsFrom(other)).toBe(settingsFrom(one))
  })

  test.each([
    { role: 'server' },
    { role: 'client' },
    { copyPayloads: false },
    { maxTopicLevels: 3 },
  ] as const)('though %j has settings of its own', (options: ParserOptions) => {
    expect(settingsFrom(options)).not.toBe(settingsFrom(undefined))
  })
})

describe('options do not touch one another', () => {
  const connect = bytes("10 0c 0004 'MQTT' 04 02 0000 0000")

  test.each([
    { copyPayloads: true },
    { maxTopicFilters: 1 },
    { tolerate: [] },
    { protocols: new Set(['3.1.1', 'bridge'] as const) },
  ])('%j leaves the rest as it is by default', (options) => {
    expect(settingsFrom(options)).toEqual({
      ...settingsFrom(undefined),
      ...options,
      tolerate: new Set(),
      protocols: new Set(options.protocols ?? ['3.1.1']),
    })
    expect(decode(connect, options)).toMatchObject({ type: 'connect', protocolLevel: 4 })
  })

  test('an iterator is read once', () => {
    const once = (function* () {
      yield 'packet-identifier-zero' as const
    })()
    expect(decode(bytes('40 02 0000'), { tolerate: once })).toMatchObject({ packetId: 0 })
  })

  test('a role holds beside other options', () => {
    for (const options of [{ role: 'server' }, { role: 'server', maxTopicLevels: 3 }] as const) {
      const parser = new PacketParser(options)
      expect(() => parser.push(bytes('20 02 0000')).read()).toThrow(
        expect.objectContaining({ code: 'unexpected-packet-type' }),
      )
    }
  })

  test('no list of protocols is no protocol', () => {
    expect(() => decode(connect, { protocols: [] })).toThrow(
      expect.objectContaining({ code: 'unsupported-protocol-level' }),
    )
  })
})

test.each([
  [{ maxPacketsize: 10 }, 'there is no option maxPacketsize'],
  [{ tolerated: [] }, 'there is no option tolerated'],
  [{ copyPayloads: 'no' }, 'copyPayloads is a boolean, not no'],
  [{ onTolerated: 5 }, 'onTolerated is a function, not 5'],
  [{ tolerate: [undefined] }, 'tolerate does not know undefined'],
  [5, 'options are an object'],
  [null, 'options are an object'],
])('no options: %j', (options, message) => {
  expect(() => settingsFrom(options as never)).toThrow(new TypeError(message))
})
