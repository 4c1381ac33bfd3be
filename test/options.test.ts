import { describe, expect, test } from 'vitest'
import {
  DecodeError,
  decode,
  PacketParser,
  type ParserOptions,
  PieceParser,
  presets,
  type TolerableCode,
} from '../src/index.ts'
import { settingsFrom } from '../src/options.ts'
import { bytes } from './support/bytes.ts'

describe('invalid options', () => {
  // biome-ignore format: one row per mistake
  test.each([
    [{ role: 'broker' }, "role must be 'client' or 'server', not 'broker'"],
    [{ role: null }, "role must be 'client' or 'server', not null"],
    [{ tolerate: ['no-such-code'] }, "tolerate: 'no-such-code' is not a code that can be tolerated"],
    [{ tolerate: ['toString'] }, "tolerate: 'toString' is not a code that can be tolerated"],
    [{ tolerate: ['null-character', 'trailing-bytes'] }, "tolerate: 'trailing-bytes' is not a code that can be tolerated"],
    [{ tolerate: [undefined] }, 'tolerate: undefined is not a code that can be tolerated'],
    [{ tolerate: 'null-character' }, "tolerate must be a list of codes such as ['packet-identifier-zero'], not 'null-character'"],
    [{ tolerate: null }, "tolerate must be a list of codes such as ['packet-identifier-zero'], not null"],
    [{ tolerate: new Map() }, "tolerate must be a list of codes such as ['packet-identifier-zero'], not a Map"],
    [{ tolerate: [{ code: 'reserved-flags' }] }, "packets must be a list of packet types such as ['pingreq'], not undefined"],
    [{ tolerate: [{ code: 'reserved-flags', packets: ['ping'] }] }, "tolerate: unknown packet type 'ping'"],
    [{ tolerate: [Object.create({ code: 'reserved-flags', packets: ['pingreq'] })] }, 'tolerate: undefined is not a code that can be tolerated'],
    [{ tolerate: [Object.defineProperty({ code: 'reserved-flags' }, 'packets', { value: ['pingreq'] })] }, "packets must be a list of packet types such as ['pingreq'], not undefined"],
    [{ tolerate: [{ code: 'reserved-flags', packets: ['pingreq'], packet: 'pingreq' }] }, "tolerate: unknown property 'packet'"],
    [{ tolerate: [null] }, 'tolerate: null is not a code that can be tolerated'],
    [{ tolerate: [{ code: ['reserved-flags'], packets: ['pingreq'] }] }, 'tolerate: an array is not a code that can be tolerated'],
    [{ tolerate: [['reserved-flags']] }, "tolerate: unknown property '0'"],
    [{ protocols: ['3.1.1', '5'] }, "protocols must contain only '3.1.1', '3.1', 'bridge', not '5'"],
    [{ protocols: '3.1' }, "protocols must be a list of '3.1.1', '3.1', 'bridge', not '3.1'"],
    [{ refuse: ['emoji'] }, "refuse must contain only 'control-characters', 'non-characters', not 'emoji'"],
    [{ piecesFrom: 65_536 }, 'piecesFrom is an option of PieceParser and decodeStream only'],
    [{ maxPacketSize: 0 }, 'maxPacketSize must be a number of at least 1, not 0'],
    [{ maxTopicLength: 0.5 }, 'maxTopicLength must be a number of at least 1, not 0.5'],
    [{ maxTopicLevels: '2' }, "maxTopicLevels must be a number of at least 1, not '2'"],
    [{ maxTopicFilters: Number.NaN }, 'maxTopicFilters must be a number from 1 to 1048576, not NaN'],
    [{ maxTopicFilters: 1_048_577 }, 'maxTopicFilters must be a number from 1 to 1048576, not 1048577'],
    [{ maxTopicFilters: Number.POSITIVE_INFINITY }, 'maxTopicFilters must be a number from 1 to 1048576, not Infinity'],
  ])('%j', (options, message) => {
    expect(() => new PacketParser(options as never)).toThrow(new TypeError(message))
  })
})

test('piecesFrom is checked by functions that have this option, and must be undefined elsewhere', () => {
  expect(() => new PieceParser({ piecesFrom: 0 })).toThrow(
    new TypeError('piecesFrom must be a number of at least 1, not 0'),
  )
  expect(() => new PieceParser({ piecesfrom: 1 } as never)).toThrow(TypeError)
  expect(new PacketParser({ piecesFrom: undefined } as never).read()).toBeUndefined()
  expect(() => decode(bytes('c0 00'), { piecesFrom: 1 } as never)).toThrow(TypeError)
})

describe('an idle parser stays small', () => {
  test.each([
    [undefined, {}],
    [undefined, { role: undefined, tolerate: undefined, maxPacketSize: 100 }],
    [{ role: 'server' }, { role: 'server', maxPacketSize: 100, onTolerated: undefined }],
    [{ role: 'client' }, { role: 'client', maxTopicLevels: undefined }],
  ] as const)('because parsers with %j and %j share their settings', (one, other) => {
    expect(settingsFrom(other)).toBe(settingsFrom(one))
  })

  test.each([
    { role: 'server' },
    { role: 'client' },
    { copyPayloads: false },
    { maxTopicLevels: 3 },
  ] as const)('although a parser with %j has its own settings', (options: ParserOptions) => {
    expect(settingsFrom(options)).not.toBe(settingsFrom(undefined))
  })
})

describe('options are independent', () => {
  const connect = bytes("10 0c 0004 'MQTT' 04 02 0000 0000")

  test.each([
    { copyPayloads: true },
    { maxTopicFilters: 1 },
    { tolerate: [] },
    { protocols: new Set(['3.1.1', 'bridge'] as const) },
  ])('%j leaves the other options at their defaults', (options) => {
    expect(settingsFrom(options)).toEqual({
      ...settingsFrom(undefined),
      ...options,
      tolerate: new Map(),
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

  test('a role applies together with other options', () => {
    for (const options of [{ role: 'server' }, { role: 'server', maxTopicLevels: 3 }] as const) {
      const parser = new PacketParser(options)
      expect(() => parser.push(bytes('20 02 0000')).read()).toThrow(
        expect.objectContaining({ code: 'unexpected-packet-type' }),
      )
    }
  })

  test('an empty list of protocols allows no protocol', () => {
    expect(() => decode(connect, { protocols: [] })).toThrow(
      expect.objectContaining({ code: 'unsupported-protocol-level' }),
    )
  })
})

test.each([
  [{ maxPacketsize: 10 }, "unknown option 'maxPacketsize'"],
  [{ tolerated: [] }, "unknown option 'tolerated'"],
  [{ copyPayloads: 'no' }, "copyPayloads must be a boolean, not 'no'"],
  [{ onTolerated: 5 }, 'onTolerated must be a function, not 5'],
  [5, 'options must be an object, not 5'],
  [null, 'options must be an object, not null'],
  [[], 'options must be an object, not an array'],
  [['role'], 'options must be an object, not an array'],
  [new Map([['role', 'server']]), 'options must be an object, not a Map'],
  [new Set(), 'options must be an object, not a Set'],
])('no options: %j', (options, message) => {
  expect(() => settingsFrom(options as never)).toThrow(new TypeError(message))
})

test('only own enumerable properties are options', () => {
  const inherited = Object.create({ role: 'client', nonsense: true })
  const hidden = Object.defineProperty({}, 'role', { value: 'client', enumerable: false })
  for (const options of [inherited, hidden]) expect(settingsFrom(options)).toBe(settingsFrom(undefined))
})

test('each option is read once', () => {
  const reads: string[] = []
  const options = {
    get role() {
      reads.push('role')
      return 'server' as const
    },
    get maxPacketSize() {
      reads.push('maxPacketSize')
      return 100
    },
  }
  new PacketParser(options)
  expect(reads).toEqual(['role', 'maxPacketSize'])
})

test('presets are deeply frozen', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen))
  expect(frozen(presets)).toBe(true)
})

test('options that are not frozen are read for each packet', () => {
  const options: { tolerate: TolerableCode[] } = { tolerate: ['packet-identifier-zero'] }
  expect(decode(bytes('40 02 0000'), options)).toEqual({ type: 'puback', packetId: 0 })
  options.tolerate = []
  expect(() => decode(bytes('40 02 0000'), options)).toThrow(DecodeError)
})

test('frozen options are read once for any number of parsers', () => {
  let reads = 0
  const options = Object.freeze({
    get tolerate() {
      reads++
      return []
    },
  })
  for (let count = 0; count < 3; count++) new PacketParser(options)
  expect(reads).toBe(1)
})
