// Compares the parser with a model that keeps every byte and starts over at each call. For any calls in any order, both
// must give the same results, including errors and misuse.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DecodeError, decode, decodeFixedHeader, PacketParser, type ParserOptions } from '../src/index.ts'
import { chunking, damagedStream } from './support/arbitraries.ts'
import { join } from './support/bytes.ts'
import { caught } from './support/malformed.ts'
import { facts } from './support/valid.ts'

const OPTIONS: ParserOptions = { protocols: ['3.1.1', '3.1', 'bridge'] }

/** The simplest possible parser: `decode` for each packet that `decodeFixedHeader` finds. */
class Model {
  private held = new Uint8Array(0)
  private failure: unknown
  /** After an MQTT 3.1 CONNECT, all packets except another CONNECT follow the rules of 3.1. */
  private is31 = false

  push(chunk: Uint8Array): void {
    this.failAgain()
    if (!(chunk instanceof Uint8Array)) throw new TypeError('no bytes')
    this.held = Uint8Array.from([...this.held, ...chunk])
  }

  read(): unknown {
    return this.take((whole) => {
      const packet = decode(this.withoutFlags(whole), this.optionsFor(whole))
      this.follow(whole)
      return packet
    })
  }

  readFrame(): unknown {
    return this.take((bytes) => {
      const { type, length } = decodeFixedHeader(this.withoutFlags(bytes), 0, this.optionsFor(bytes))!
      this.follow(bytes)
      return { type, flags: bytes[0]! & 0x0f, bytes, bodyOffset: length }
    })
  }

  end(): void {
    this.failAgain()
    const { is31 } = this
    let unread = 0
    let error: unknown
    try {
      for (let size = this.sizeAt(0); size !== undefined; size = this.sizeAt(unread)) {
        this.follow(this.held.subarray(unread, unread + size))
        unread += size
      }
      const rest = this.held.slice(unread)
      if (rest.length > 0) error = caught(() => decode(this.withoutFlags(rest), this.optionsFor(rest)))
    } finally {
      this.is31 = is31
    }
    if (error !== undefined) throw unread === 0 ? this.fail(error) : error
  }

  reset(): void {
    this.fail(undefined)
    this.is31 = false
  }

  /** Sets `is31` at an MQTT 3.1 CONNECT. */
  private follow(packet: Uint8Array): void {
    const { type, length } = decodeFixedHeader(this.withoutFlags(packet), 0, this.optionsFor(packet))!
    const body = Buffer.from(packet).toString('hex', length)
    this.is31 ||= type === 'connect' && /^00064d5149736470[08]3/.test(body)
  }

  /** MQTT 3.1 ignores the flags of CONNECT, and only the body says which version the CONNECT has. */
  private withoutFlags(packet: Uint8Array): Uint8Array {
    return this.is31 && packet[0]! >> 4 === 1 ? Uint8Array.of(0x10, ...packet.subarray(1)) : packet
  }

  private optionsFor(packet: Uint8Array): ParserOptions {
    return this.is31 && packet[0]! >> 4 !== 1 ? { protocols: ['3.1'] } : OPTIONS
  }

  get bufferedLength(): number {
    return this.held.length
  }

  private take<Taken>(look: (whole: Uint8Array) => Taken): Taken | undefined {
    this.failAgain()
    try {
      const size = this.sizeAt(0)
      if (size === undefined) return undefined
      const taken = look(this.held.slice(0, size))
      this.held = this.held.slice(size)
      return taken
    } catch (error) {
      throw this.fail(error)
    }
  }

  /** The size of the packet at `start`, if it is complete. */
  private sizeAt(start: number): number | undefined {
    const packet = this.withoutFlags(this.held.subarray(start))
    const header = decodeFixedHeader(packet, 0, this.optionsFor(packet))
    if (header === undefined) return undefined
    const size = header.length + header.remainingLength
    return start + size <= this.held.length ? size : undefined
  }

  private fail(error: unknown): unknown {
    this.held = new Uint8Array(0)
    this.failure = error
    return error
  }

  private failAgain(): void {
    if (this.failure !== undefined) throw this.failure
  }
}

type Subject = Pick<Model, 'read' | 'readFrame' | 'end' | 'reset' | 'bufferedLength'> & {
  push(chunk: Uint8Array): unknown
}

type Call = 'push' | 'read' | 'readFrame' | 'end' | 'reset' | 'misuse'

const calls: fc.Arbitrary<Call[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<Call>('push', 'read') },
    { weight: 1, arbitrary: fc.constantFrom<Call>('readFrame', 'end') },
    { weight: 1, arbitrary: fc.constantFrom<Call>('reset', 'misuse') },
  ),
  { maxLength: 60, size: 'max' },
)

/** What a call returns or throws. */
function outcome(subject: Subject, call: Call, chunk: Uint8Array): unknown {
  try {
    if (call === 'misuse') return subject.push('text' as never)
    if (call === 'push') return void subject.push(chunk)
    return subject[call]()
  } catch (error) {
    return error instanceof DecodeError ? facts(error) : (error as Error).constructor
  }
}

test('the parser behaves like its model', () => {
  const packets = { read: 0, readFrame: 0 }
  fc.assert(
    fc.property(fc.array(damagedStream, { maxLength: 3 }), chunking, calls, (streams, cut, sequence) => {
      const chunks = cut(join(...streams)).map((chunk) => Uint8Array.from(chunk))
      const model = new Model()
      const parser = new PacketParser(OPTIONS)
      for (const call of sequence) {
        const chunk = call === 'push' ? chunks.shift() : undefined
        const expected = outcome(model, call, chunk ?? new Uint8Array(0))
        expect(outcome(parser, call, chunk ?? new Uint8Array(0)), call).toEqual(expected)
        expect(parser.bufferedLength, call).toBe(model.bufferedLength)
        if (expected instanceof Object && 'type' in expected) packets[call as 'read' | 'readFrame']++
      }
    }),
    { numRuns: 2_000 },
  )
  expect(packets.read).toBeGreaterThan(200)
  expect(packets.readFrame).toBeGreaterThan(50)
})
