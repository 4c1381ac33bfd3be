import { describe, expect, test } from 'vitest'
import { createMqttPacket, generate, parser as newParser, type Packet } from '../../src/mqtt-packet/index.ts'
import { listen } from './events.ts'

const CONNECT_5 = Buffer.from('101300044d51545405 02 000a 05 11 0000000a 000163'.replaceAll(' ', ''), 'hex')

describe('without the original', () => {
  test('a client is refused at once, naming the option', () => {
    expect(() => newParser({ protocolVersion: 5 })).toThrow('createMqttPacket({ v5: original })')
    const packet: Packet = { cmd: 'pingreq' }
    expect(() => generate(packet, { protocolVersion: 5 })).toThrow('createMqttPacket({ v5: original })')
  })

  test('a server gets the CONNECT, to answer it, nothing else of the chunk, and an error for each later chunk', () => {
    const parser = newParser()
    const { packets, errors } = listen(parser)
    expect(parser.parse(Buffer.concat([CONNECT_5, Buffer.from('c000', 'hex')]))).toBe(0)
    expect(packets).toMatchObject([{ cmd: 'connect', protocolVersion: 5, clientId: 'c' }])
    expect(errors).toEqual([])
    parser.parse(Buffer.from('c000', 'hex'))
    parser.parse(Buffer.from('c000', 'hex'))
    expect(packets).toHaveLength(1)
    expect(errors).toHaveLength(2)
  })

  test.each([
    '10 07 0004 4d515454 05',
    '10 0c 0004 4d515454 05 02 000a ff ff',
    '10 0d 0004 4d515454 05 02 000a 00 0005',
  ])('a CONNECT that ends too early is an error: %s', (text) => {
    const parser = newParser()
    const { packets, errors } = listen(parser)
    parser.parse(Buffer.from(text.replaceAll(' ', ''), 'hex'))
    parser.parse(Buffer.alloc(2))
    expect([packets.length, errors.length > 0]).toEqual([0, true])
  })
})

describe('with the original', () => {
  // A stand-in, because the original may not be installed. `npm run test:mqtt-packet` tests the real one.
  const calls: unknown[][] = []
  const v5 = {
    parser: (opts: object) => {
      const parser = newParser()
      return Object.assign(parser, {
        parse: (chunk: Uint8Array) => {
          calls.push(['parse', Buffer.from(chunk).toString('hex'), opts])
          parser.emit('packet', { cmd: 'connect', protocolVersion: 5 })
          return 3
        },
      })
    },
    generate: (...args: unknown[]) => calls.push(['generate', ...args]),
    writeToStream: (...args: unknown[]) => calls.push(['writeToStream', ...args]) > 0,
  }
  const api = createMqttPacket({ v5 })

  test('it reads everything from the CONNECT on, with any chunking', () => {
    const whole = Buffer.concat([CONNECT_5, Buffer.from('c000', 'hex')])
    for (const cut of [0, 1, 5, 12, CONNECT_5.length]) {
      calls.length = 0
      const parser = api.parser({ name: 'opts' })
      const { packets } = listen(parser)
      if (cut > 0) parser.parse(whole.subarray(0, cut))
      expect(parser.parse(whole.subarray(cut))).toBe(3)
      expect(calls.map(([, hex]) => hex).join('')).toBe(whole.toString('hex'))
      expect(calls[0]![2]).toEqual({ name: 'opts' })
      expect(packets).toHaveLength(calls.length)
    }
  })

  test('it writes if a CONNECT or the options have version 5', () => {
    calls.length = 0
    const stream = { write: () => true }
    const connect: Packet = { cmd: 'connect', clientId: 'c', protocolVersion: 5 }
    const ping: Packet = { cmd: 'pingreq' }
    api.generate(connect)
    api.writeToStream(ping, stream, { protocolVersion: 5 })
    expect(calls).toEqual([
      ['generate', connect, undefined],
      ['writeToStream', ping, stream, { protocolVersion: 5 }],
    ])
    expect(api.generate(ping).toString('hex')).toBe('c000')
    expect(calls).toHaveLength(2)
  })
})
