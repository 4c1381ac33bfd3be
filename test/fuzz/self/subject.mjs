// One parser, and the invariants while it reads.

import { DecodeError, PacketParser, PieceParser } from '../../../dist/index.js'
import { Broken, must } from './broken.mjs'

/** The maximum memory for each byte of a packet that has arrived, and the minimum for a packet. */
const GROWTH = 8
const BLOCK = 512

/** Thrown by `onTolerated`. */
const INTERRUPTION = new Error('an interruption')

const METHODS = [['push', new Uint8Array(2)], ['read'], ['readFrame'], ['end'], ['reset']]

/** One parser with one configuration. It is reused, so `reset` must clear all state. */
export class Subject {
  constructor({ options = {}, callsBack = false }) {
    this.reports = []
    this.interrupts = false
    const onTolerated = (violation) => {
      this.reports.push(violation)
      if (callsBack) this.callBack()
    }
    this.parser = new PacketParser({ ...options, onTolerated })
  }

  /** Called from `onTolerated`: properties must have their usual values, and methods must throw. */
  callBack() {
    const { parser } = this
    must(parser.bufferedLength === this.buffered, 'bufferedLength in onTolerated is what it was before')
    for (const [name, argument] of METHODS) {
      const error = thrownBy(() => parser[name](argument))
      const isClear = error instanceof TypeError && error.message.includes(name)
      must(isClear, `${name}() in onTolerated throws a TypeError that names it`)
    }
    if (!this.interrupts) return
    this.interrupts = false
    throw INTERRUPTION
  }

  readFrame() {
    this.buffered = this.parser.bufferedLength
    this.interrupts = false
    return this.parser.readFrame()
  }

  /** Reads a packet. For about half of the tolerated ones, `onTolerated` throws first, which must change nothing. */
  read() {
    const { parser, reports } = this
    const known = reports.length
    this.buffered = parser.bufferedLength
    this.interrupts = this.buffered % 2 === 1
    try {
      return parser.read()
    } catch (error) {
      if (error !== INTERRUPTION) throw error
      must(parser.bufferedLength === this.buffered, 'what onTolerated throws changes nothing')
      reports.length = known
      return parser.read()
    }
  }

  /** @param ends the ends of the packets, from an earlier run; undefined in the first */
  run(chunks, readsAtOnce, ends) {
    const { parser } = this
    const packets = []
    const tolerated = []
    this.reports = []
    let error
    let pushed = 0
    const drain = () => {
      for (let packet = this.read(); packet !== undefined; packet = this.read()) {
        packets.push(packet)
        tolerated.push(this.reports.length)
      }
      if (ends === undefined) return
      const consumed = packets.length === 0 ? 0 : ends[packets.length - 1]
      must(parser.bufferedLength === pushed - consumed, 'bufferedLength is what was pushed and not read')
      const taken = parser.assembly?.bytes.length ?? 0
      must(taken <= Math.max(BLOCK, GROWTH * (pushed - consumed)), 'memory grows with the bytes that came')
    }
    parser.reset()
    try {
      for (const chunk of chunks) {
        parser.push(chunk)
        pushed += chunk.length
        if (readsAtOnce) drain()
      }
      if (!readsAtOnce) this.endsEarly()
      drain()
      parser.end()
    } catch (thrown) {
      if (thrown instanceof Broken) throw thrown
      error = thrown
    }
    return { packets, tolerated, reports: this.reports, error }
  }

  /** Calls `end` while packets are unread. They can be read after it, even if it throws. */
  endsEarly() {
    try {
      this.parser.end()
    } catch (error) {
      must(
        error instanceof DecodeError,
        `only DecodeError is thrown, not ${error?.constructor?.name}: ${error?.message}`,
      )
    }
  }
}

/** A parser that returns payloads in pieces, with one configuration. The pieces are joined to packets again. */
export class PieceSubject {
  constructor({ options = {} }, piecesFrom) {
    this.reports = []
    const onTolerated = (violation) => this.reports.push(violation)
    this.parser = new PieceParser({ ...options, piecesFrom, onTolerated })
  }

  run(chunks, readsAtOnce) {
    const { parser } = this
    const packets = []
    let started
    this.reports = []
    let error
    const drain = () => {
      for (const item of parser) {
        if (item.type === 'publish-start') {
          must(started === undefined, 'a payload ends before the next packet')
          const { topic, qos, dup, retain, packetId, payloadLength } = item
          started = { type: 'publish', topic, payload: Buffer.alloc(0), qos, dup, retain, packetId }
          this.remaining = payloadLength
        } else if (item.type === 'publish-piece') {
          must(item.remaining === this.remaining - item.bytes.length, 'remaining is what has not come')
          this.remaining = item.remaining
          started.payload = Buffer.concat([started.payload, item.bytes])
          if (item.remaining > 0) continue
          packets.push(started)
          started = undefined
        } else {
          must(started === undefined, 'nothing comes between pieces')
          packets.push(item)
        }
      }
    }
    parser.reset()
    try {
      for (const chunk of chunks) {
        parser.push(chunk)
        if (readsAtOnce) drain()
      }
      drain()
      parser.end()
    } catch (thrown) {
      if (thrown instanceof Broken) throw thrown
      error = thrown
    }
    return { packets, started, reports: this.reports, error }
  }
}

function thrownBy(action) {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
