import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../src/index.ts'
import { generate, parser as newParser, type Parser } from '../../src/mqtt-packet/index.ts'
import { CUTS } from '../support/bytes.ts'
import { corpus } from '../vectors/corpus.ts'
import { eventsOf, listen } from './events.ts'

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')
const buffers = (whole: Buffer, cut: (whole: Uint8Array) => Uint8Array[]): Buffer[] =>
  cut(whole).map((chunk) => Buffer.from(chunk))

const NOTHING = { topic: null, payload: null }
const FLAGS_0 = { retain: false, qos: 0, dup: false }
const FLAGS_2 = { retain: false, qos: 1, dup: false }
const bytes = (text: string): Buffer => Buffer.from(text)

// biome-ignore format: one row per packet
const PACKETS = [
  ['PUBLISH, QoS 0', '30 05 0001 61 6869', { cmd: 'publish', ...FLAGS_0, length: 5, topic: 'a', payload: bytes('hi') }],
  ['PUBLISH, QoS 1', '3b 05 0001 61 0007', { cmd: 'publish', retain: true, qos: 1, dup: true, length: 5, topic: 'a', payload: bytes(''), messageId: 7 }],
  ['PUBLISH, a Remaining Length of two bytes', `30 ff01 0001 61 ${'78'.repeat(252)}`, { cmd: 'publish', ...FLAGS_0, length: 255, topic: 'a', payload: bytes('x'.repeat(252)) }],
  ['PUBLISH, a Remaining Length not in its shortest form', '30 858000 0001 61 6869', { cmd: 'publish', ...FLAGS_0, length: 5, topic: 'a', payload: bytes('hi') }],
  ['CONNECT, minimal', '10 0d 0004 4d515454 04 02 000a 0001 63', { cmd: 'connect', ...FLAGS_0, length: 13, ...NOTHING, protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 10, clientId: 'c' }],
  ['CONNECT, the most', '10 1c 0004 4d515454 04 ec 000a 0001 63 0001 74 0001 6d 0001 75 0004 70617373', { cmd: 'connect', ...FLAGS_0, length: 28, ...NOTHING, protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 10, clientId: 'c', will: { retain: true, qos: 1, topic: 't', payload: bytes('m') }, username: 'u', password: bytes('pass') }],
  ['CONNECT, MQTT 3.1 by a bridge', '10 0f 0006 4d5149736470 83 02 000a 0001 63', { cmd: 'connect', ...FLAGS_0, length: 15, ...NOTHING, protocolId: 'MQIsdp', protocolVersion: 3, bridgeMode: true, clean: true, keepalive: 10, clientId: 'c' }],
  ['CONNECT without a client identifier', '10 0c 0004 4d515454 04 00 000a 0000', { cmd: 'connect', ...FLAGS_0, length: 12, ...NOTHING, protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 10, clientId: '' }],
  ['CONNECT of MQTT 5', '10 13 0004 4d515454 05 02 000a 05 11 0000000a 0001 63', { cmd: 'connect', ...FLAGS_0, length: 19, ...NOTHING, protocolId: 'MQTT', protocolVersion: 5, clean: true, keepalive: 10, clientId: 'c' }],
  ['CONNECT of MQTT 5 with a will', '10 16 0004 4d515454 05 06 000a 00 0001 63 00 0001 74 0002 6d6d', { cmd: 'connect', ...FLAGS_0, length: 22, ...NOTHING, protocolId: 'MQTT', protocolVersion: 5, clean: true, keepalive: 10, clientId: 'c' }],
  ['CONNECT of MQIsdp with level 5', '10 10 0006 4d5149736470 05 02 000a 00 0001 63', { cmd: 'connect', ...FLAGS_0, length: 16, ...NOTHING, protocolId: 'MQIsdp', protocolVersion: 5, clean: true, keepalive: 10, clientId: 'c' }],
  ['CONNACK', '20 02 01 00', { cmd: 'connack', ...FLAGS_0, length: 2, ...NOTHING, sessionPresent: true, returnCode: 0 }],
  ["CONNACK 6, aedes' limit of the keep alive", '20 02 00 06', { cmd: 'connack', ...FLAGS_0, length: 2, ...NOTHING, sessionPresent: false, returnCode: 6 }],
  ['PUBACK', '40 02 0007', { cmd: 'puback', ...FLAGS_0, length: 2, ...NOTHING, messageId: 7 }],
  ['PUBREC with identifier 0', '50 02 0000', { cmd: 'pubrec', ...FLAGS_0, length: 2, ...NOTHING, messageId: 0 }],
  ['PUBREL', '62 02 0007', { cmd: 'pubrel', ...FLAGS_2, length: 2, ...NOTHING, messageId: 7 }],
  ['PUBCOMP', '70 02 0007', { cmd: 'pubcomp', ...FLAGS_0, length: 2, ...NOTHING, messageId: 7 }],
  ['SUBSCRIBE', '82 0a 0007 0001 61 01 0001 62 00', { cmd: 'subscribe', ...FLAGS_2, length: 10, ...NOTHING, messageId: 7, subscriptions: [{ topic: 'a', qos: 1 }, { topic: 'b', qos: 0 }] }],
  ['SUBSCRIBE with a misplaced wildcard', '82 07 0007 0002 6123 01', { cmd: 'subscribe', ...FLAGS_2, length: 7, ...NOTHING, messageId: 7, subscriptions: [{ topic: 'a#', qos: 1 }] }],
  ['SUBACK', '90 04 0007 01 80', { cmd: 'suback', ...FLAGS_0, length: 4, ...NOTHING, messageId: 7, granted: [1, 128] }],
  ['UNSUBSCRIBE', 'a2 05 0007 0001 61', { cmd: 'unsubscribe', ...FLAGS_2, length: 5, ...NOTHING, messageId: 7, unsubscriptions: ['a'] }],
  ['UNSUBACK', 'b0 02 0007', { cmd: 'unsuback', ...FLAGS_0, length: 2, ...NOTHING, messageId: 7 }],
  ['PINGREQ', 'c0 00', { cmd: 'pingreq', ...FLAGS_0, length: 0, ...NOTHING }],
  ['PINGRESP', 'd0 00', { cmd: 'pingresp', ...FLAGS_0, length: 0, ...NOTHING }],
  ['DISCONNECT', 'e0 00', { cmd: 'disconnect', ...FLAGS_0, length: 0, ...NOTHING }],
  ['PUBLISH with a wildcard and DUP at QoS 0', '38 04 0002 612b', { cmd: 'publish', retain: false, qos: 0, dup: true, length: 4, topic: 'a+', payload: bytes('') }],
  ['PUBLISH with an empty topic', '30 02 0000', { cmd: 'publish', ...FLAGS_0, length: 2, topic: '', payload: bytes('') }],
] as const

describe.each(CUTS)('in chunks: $name', ({ cut }) => {
  test.each(PACKETS)('%s', (_, text, expected) => {
    const { packets, errors } = eventsOf(buffers(hex(text), cut))
    expect(errors).toEqual([])
    expect(packets).toStrictEqual([expected])
  })

  test('all of them in one stream, except CONNECTs that change the rules for later packets', () => {
    const rows = PACKETS.filter(([name]) => !/5|3\.1/.test(name))
    const { packets, errors, left } = eventsOf(buffers(Buffer.concat(rows.map(([, text]) => hex(text))), cut))
    expect(errors).toEqual([])
    expect(packets).toStrictEqual(rows.map(([, , packet]) => packet))
    expect(left.at(-1)).toBe(0)
  })
})

describe('the corpus', () => {
  /** Lists and topics of the maximum length take seconds byte by byte. */
  const isShort = (row: { readonly hex: string }): boolean => row.hex.length < 5_000
  const rows = [...corpus.valid, ...corpus.malformed].filter(isShort)
  const bytewise = (whole: Buffer): Buffer[] => buffers(whole, CUTS[1]!.cut)

  test('gives the same packets, and then at most one error, whole or byte by byte, and nothing is thrown', () => {
    for (const { name, hex: text } of rows) {
      const whole = eventsOf([hex(text)])
      expect(whole.errors.length, name).toBeLessThanOrEqual(1)
      const cut = eventsOf(bytewise(hex(text)))
      // After an error the parser starts again with the next chunk, so only the events before it can be compared.
      expect(cut.packets.slice(0, whole.packets.length), name).toStrictEqual(whole.packets)
      expect(cut.errors[0], name).toBe(whole.errors[0])
    }
  })

  test('every proper prefix of a valid packet waits for more', () => {
    for (const { name, hex: text } of corpus.valid.filter(isShort)) {
      const whole = hex(text)
      if (eventsOf([whole]).packets.length === 0) continue // valid only with other options
      for (let end = 0; end < whole.length; end++) {
        const { packets, errors } = eventsOf([whole.subarray(0, end)])
        expect([packets, errors], `${name}, ${end} bytes`).toEqual([[], []])
      }
    }
  })

  test('strict refuses what mqtt-wire refuses', () => {
    const options = { strict: true, maxTopicFilters: 1_048_576 }
    for (const row of corpus.malformed) {
      if (row.options !== undefined || row.packetType === undefined) continue
      const { packets, errors } = eventsOf([hex(row.hex)], options)
      const isVersion = row.code === 'unsupported-protocol-level' || row.code === 'incomplete-packet'
      if (!isVersion && row.code !== 'trailing-bytes')
        expect([packets.length, errors.length], row.name).toEqual([0, 1])
    }
  })
})

// biome-ignore format: one row per error
test.each([
  ['Not supported', '00 01 00'],
  ['Not supported auth packet for this version MQTT', 'f0 00'],
  ['Invalid variable byte integer', 'c0 ffffffff'],
  ['Packet must not have both QoS bits set to 1', '36 05 0001 61 0007'],
  ['Invalid header flag bits, must be 0x0 for connect packet', '11 0d 0004 4d515454 04 02 000a 0001 63'],
  ['Invalid header flag bits, must be 0x2 for pubrel packet', '60 02 0007'],
  ['Invalid header flag bits, must be 0x2 for subscribe packet', '80 06 0007 0001 61 01'],
  ['Invalid header flag bits, must be 0x2 for unsubscribe packet', 'a0 05 0007 0001 61'],
  ['Invalid header flag bits, must be 0x0 for suback packet', '92 03 0007 01'],
  ['Cannot parse protocolId', '10 04 0006 4d51'],
  ['Cannot parse protocolId', '10 08 000c 4d5149736470'],
  ['Packet too short', '10 06 0004 4d515454'],
  ['Packet too short', '10 09 0004 4d515454 04 02 00'],
  ['Packet too short', '10 0c 0004 4d515454 04 02 000a 0001'],
  ['Cannot parse will topic', '10 0f 0004 4d515454 04 06 000a 0001 63 0001'],
  ['Cannot parse will payload', '10 12 0004 4d515454 04 06 000a 0001 63 0001 74 0001'],
  ['Cannot parse username', '10 0f 0004 4d515454 04 82 000a 0001 63 0001'],
  ['Cannot parse password', '10 12 0004 4d515454 04 c2 000a 0001 63 0001 75 0001'],
  ['Invalid protocolId', '10 0d 0004 4d515458 04 02 000a 0001 63'],
  ['Invalid protocol version', '10 0d 0004 4d515454 06 02 000a 0001 63'],
  ['Connect flag bit 0 must be 0, but got 1', '10 0d 0004 4d515454 04 03 000a 0001 63'],
  ['Will Retain Flag must be set to zero when Will Flag is set to 0', '10 0d 0004 4d515454 04 22 000a 0001 63'],
  ['Will QoS must be set to zero when Will Flag is set to 0', '10 0d 0004 4d515454 04 0a 000a 0001 63'],
  ['Invalid connack flags, bits 7-1 must be set to 0', '20 02 02 00'],
  ['Cannot parse topic', '30 03 0002 61'],
  ['Cannot parse topic', '30 01 00'],
  ['Malformed subscribe, no payload specified', '82 00'],
  ['Malformed subscribe, no payload specified', '82 02 0007'],
  ['Cannot parse topic', '82 05 0007 0002 61'],
  ['Malformed Subscribe Payload', '82 05 0007 0001 61'],
  ['Invalid subscribe QoS, must be <= 2', '82 06 0007 0001 61 03'],
  ['Invalid subscribe topic flag bits, bits 7-2 must be 0', '82 06 0007 0001 61 08'],
  ['Malformed suback, no payload specified', '90 00'],
  ['Malformed suback, no payload specified', '90 02 0007'],
  ['Invalid suback QoS, must be 0, 1, 2 or 128', '90 03 0007 03'],
  ['Malformed unsubscribe, no payload specified', 'a2 00'],
  ['Malformed unsubscribe, no payload specified', 'a2 02 0007'],
  ['Cannot parse topic', 'a2 05 0007 0002 61'],
  ['Malformed unsuback, no payload specified', 'b0 00'],
  ['Malformed unsuback, payload length must be 2', 'b0 01 00'],
  ['Malformed unsuback, payload length must be 2', 'b0 03 0007 00'],
  // Errors that mqtt-packet does not report have the texts of mqtt-wire.
  ['PUBACK Remaining Length: must be 2, not 3 [§3.4.1] (byte 1)', '40 03 0007 00'],
])('%s: %s', (message, text) => {
  expect(eventsOf([hex(text)])).toMatchObject({ packets: [], errors: [message] })
})

describe('the number of bytes left', () => {
  // biome-ignore format: a table
  test.each([
    ['nothing', '', 0],
    ['a complete packet', 'c000', 0],
    ['the first byte of a fixed header', '30', 0],
    ['half a Remaining Length', '30 ff', 1],
    ['a fixed header', '30 ff01', 0],
    ['a fixed header and some of the body', '30 ff01 0001 61', 3],
    ['part of a second packet', 'c000 30 05 0001', 2],
  ])('%s', (_, text, expected) => {
    expect(eventsOf([hex(text)]).left).toEqual([expected])
  })
})

describe('an error', () => {
  const BAD = hex('40 02 0001  f0 00  40 02 0002')

  test('is emitted after the packets before it; the rest of the chunk is ignored, and the next one starts afresh', () => {
    const { packets, errors } = eventsOf([BAD, hex('40 02 0003')])
    expect(packets.map(({ messageId }) => messageId)).toEqual([1, 3])
    expect(errors).toEqual(['Not supported auth packet for this version MQTT'])
  })

  test('has the text of mqtt-packet, no code, and the DecodeError as its cause', () => {
    const parser = newParser()
    let error: Error & { code?: unknown } = new Error()
    parser.on('error', (emitted) => {
      error = emitted
    })
    parser.parse(hex('80 00'))
    expect(error.message).toBe('Invalid header flag bits, must be 0x2 for subscribe packet')
    expect(error.code).toBeUndefined()
    expect(error.cause).toBeInstanceOf(DecodeError)
    expect((error.cause as DecodeError).rule).toBe('MQTT-3.8.1-1')
  })

  test('is thrown if there is no listener, and the next chunk starts afresh', () => {
    const parser = newParser()
    expect(() => parser.parse(BAD)).toThrow('Not supported auth packet')
    const { packets } = listen(parser)
    parser.parse(hex('c000'))
    expect(packets).toHaveLength(1)
  })

  test('a chunk that is not a Uint8Array is refused, and changes nothing', () => {
    const parser = newParser()
    const { packets, errors } = listen(parser)
    parser.parse(hex('40'))
    expect(() => parser.parse('0200' as never)).toThrow(TypeError)
    parser.parse(hex('02 0007'))
    expect(packets).toMatchObject([{ cmd: 'puback', messageId: 7 }])
    expect(errors).toEqual([])
  })
})

describe('listeners', () => {
  const THREE = hex('40 02 0001  40 02 0002  40 02 0003')
  const identifiers = (packets: readonly { messageId?: number }[]): unknown[] =>
    packets.map(({ messageId }) => messageId)

  test('if one throws, parse throws the error, and no packet is lost or emitted twice', () => {
    const parser = newParser()
    const seen: (number | undefined)[] = []
    parser.on('packet', ({ messageId }) => {
      seen.push(messageId)
      if (messageId === 1) throw new Error('mine')
    })
    expect(() => parser.parse(THREE)).toThrow('mine')
    expect(seen).toEqual([1])
    parser.parse(hex('40 02 0004'))
    expect(seen).toEqual([1, 2, 3, 4])
  })

  test('if one throws for an error event, the next chunk starts afresh', () => {
    const parser = newParser()
    parser.on('error', () => {
      throw new Error('mine')
    })
    expect(() => parser.parse(hex('f000 c000'))).toThrow('mine')
    const { packets } = listen(parser)
    parser.parse(hex('40 02 0004'))
    expect(identifiers(packets)).toEqual([4])
  })

  test('if one calls parse, its bytes are read after the chunk, in the order of the calls', () => {
    const parser = newParser()
    const { packets } = listen(parser)
    let calls = 0
    parser.on('packet', () => {
      if (calls < 10_000) parser.parse(Buffer.from([0x40, 0x02, ++calls >> 8, calls & 0xff]))
    })
    parser.parse(hex('40 02 ffff  40 02 fffe'))
    expect(identifiers(packets).slice(0, 5)).toEqual([65_535, 65_534, 1, 2, 3])
    expect(packets).toHaveLength(10_002)
  })

  test('half a packet from a listener is completed by the next chunk', () => {
    const parser = newParser()
    const { packets, errors } = listen(parser)
    parser.once('packet', () => parser.parse(hex('40 02')))
    parser.parse(THREE)
    parser.parse(hex('0009'))
    expect(identifiers(packets)).toEqual([1, 2, 3, 9])
    expect(errors).toEqual([])
  })

  test('if one detaches the chunk, that is an error, and the next chunk starts afresh', () => {
    const parser = newParser()
    const { packets, errors } = listen(parser)
    const chunk = new Uint8Array(THREE)
    parser.once('packet', () => structuredClone(chunk.buffer, { transfer: [chunk.buffer] }))
    parser.parse(chunk)
    parser.parse(hex('40 02 0004'))
    expect(identifiers(packets)).toEqual([1, 4])
    expect(errors).toEqual([expect.stringContaining('detached')])
  })

  test('this is the parser, which may have the user’s own properties, and can emit the user’s own errors', () => {
    const parser: Parser & { client?: string } = newParser()
    parser.client = 'c'
    parser.on('packet', function (this: typeof parser) {
      this.emit('error', new Error(this.client))
    } as never)
    const { errors } = listen(parser)
    parser.parse(THREE)
    expect(errors).toEqual(['c', 'c', 'c'])
  })
})

describe('connections', () => {
  test('settings are the options until a CONNECT, then the CONNECT', () => {
    const options = { protocolVersion: 4, will: 'anything' }
    const parser = newParser(options) as Parser & { settings: object }
    const { packets } = listen(parser)
    expect(parser.settings).toBe(options)
    parser.parse(hex(PACKETS[4][1]))
    expect(parser.settings).toBe(packets[0])
  })

  test("a bridge's subscriptions have the equivalent options of MQTT 5", () => {
    const { packets } = eventsOf([
      Buffer.concat([
        generate({ cmd: 'connect', clientId: 'c', bridgeMode: true }),
        hex('82 06 0007 0001 61 01'),
      ]),
    ])
    expect(packets[1]).toMatchObject({ subscriptions: [{ topic: 'a', qos: 1, rh: 0, rap: true, nl: true }] })
  })

  test('after an MQTT 3.1 CONNECT its rules apply: DUP may be set, and is returned', () => {
    const connect = generate({ cmd: 'connect', clientId: 'c', protocolVersion: 3 })
    expect(connect.subarray(4, 11).toString()).toBe('MQIsdp\x03')
    const { packets, errors } = eventsOf([Buffer.concat([connect, hex('8a 06 0007 0001 61 01')])])
    expect(errors).toEqual([])
    expect(packets[1]).toMatchObject({ cmd: 'subscribe', dup: true, qos: 1 })
  })

  test.each([
    ['for all parsers', { maxPacketSize: 10 }, {}],
    ['for one', {}, { maxPacketSize: 10, protocolVersion: 4, rejectUnauthorized: true }],
  ])('limits %s', (_, options, opts) => {
    const { packets, errors } = eventsOf([hex('c000 30 09')], options, opts)
    expect(packets).toHaveLength(1)
    expect(errors).toEqual([expect.stringContaining('larger than the receiver accepts')])
  })

  test('an invalid limit is refused', () => {
    expect(() => newParser({ maxPacketSize: '10' })).toThrow(TypeError)
  })

  test.each([
    ['a Buffer', hex('ffff 30 05 0001 61 6869').subarray(2)],
    ['a Uint8Array', Uint8Array.from(hex('ffff 30 05 0001 61 6869')).subarray(2)],
  ])('payloads from %s are Buffers, and views of the chunk', (_, chunk) => {
    const [packet] = eventsOf([chunk]).packets
    const { payload } = packet as { payload: Buffer }
    expect(Buffer.isBuffer(payload)).toBe(true)
    expect(payload.toString()).toBe('hi')
    expect(payload.buffer).toBe(chunk.buffer)
  })

  test('options may be null', () => {
    expect(() => newParser(null as never)).not.toThrow()
  })
})
