// What must hold for any bytes, any chunking and any options.

import { DECODE_ERRORS, DecodeError, decode, EncodeError, encode, PacketParser } from '../../../dist/index.js'
import { CONFIGURATIONS } from './configurations.mjs'
import { frameEnds, isShortestLength } from './frames.mjs'
import { same, sameBytes } from './same.mjs'

/** Memory that a packet may take for each byte of it that has come, and the least that it may take. */
const GROWTH = 8
const BLOCK = 512

/** What only a parser says: `decode` has no role, no limit and no stream. */
const OF_THE_STREAM = new Set(['unexpected-packet-type', 'packet-too-large', 'incomplete-packet'])

/** Whether the error is of a packet whose body has not come. */
const isOfTheSize = (error) => error?.field === 'Remaining Length' || error?.code === 'incomplete-packet'

/** An invariant that does not hold. */
export class Broken extends Error {}

function must(holds, invariant) {
  if (!holds) throw new Broken(invariant)
}

/** One parser under one configuration, used again and again: `reset` must forget everything. */
class Subject {
  constructor({ options = {} }) {
    this.reports = []
    const onTolerated = (violation) => this.reports.push(violation)
    this.parser = new PacketParser({ ...options, onTolerated })
  }

  /** @param ends where the packets end, by an earlier run; undefined in the first */
  run(chunks, readsAtOnce, ends) {
    const { parser } = this
    const packets = []
    const tolerated = []
    this.reports = []
    let error
    let pushed = 0
    const drain = () => {
      for (let packet = parser.read(); packet !== undefined; packet = parser.read()) {
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

  /** Whatever `end` says while packets wait to be read, they can be read after it. */
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

export class Invariants {
  constructor(configuration) {
    const { view, options = {} } = CONFIGURATIONS[configuration]
    this.view = view
    const { role: _, maxPacketSize: __, ...decodeOptions } = options
    this.decodeOptions = decodeOptions
    this.isStrict = options.tolerate === undefined
    this.subject = new Subject({ options })
    this.other = new Subject({ options })
    const tolerate = Object.keys(DECODE_ERRORS).filter((code) => DECODE_ERRORS[code].tolerable)
    this.lenient = new Subject({ options: { ...options, tolerate } })
  }

  /**
   * @param cuts where to cut, ascending
   * @param readsAtOnce whether packets are read after every chunk, or after the last
   * @param thoroughly whether the invariants that cost more are looked at as well
   * @throws Broken
   */
  check(memory, length, cuts, readsAtOnce, thoroughly) {
    const { view } = this
    const bytes = view(memory, 0, length)
    const whole = this.subject.run([bytes], false, undefined)
    this.checkError(whole.error, length)
    const ends = frameEnds(bytes, whole.packets.length)
    const chunks = cutAt(memory, length, cuts, view)
    const cut = this.other.run(chunks, readsAtOnce, ends)
    must(same(whole.packets, cut.packets), 'the packets do not depend on the chunks')
    must(same(whole.error, cut.error), 'the error does not depend on the chunks')
    must(same(whole.reports, cut.reports), 'the reports do not depend on the chunks')
    this.checkRoundTrips(whole, bytes, ends)
    if (!thoroughly) return
    this.checkDecode(whole, memory, length, ends)
    this.checkFrames(whole, bytes, ends)
    if (this.isStrict) this.checkLeniency(whole, bytes)
  }

  checkError(error, length) {
    if (error === undefined) return
    must(
      error instanceof DecodeError,
      `only DecodeError is thrown, not ${error?.constructor?.name}: ${error?.message}`,
    )
    must(Object.hasOwn(DECODE_ERRORS, error.code), 'the code is one of DECODE_ERRORS')
    must(error.code !== 'trailing-bytes', 'a stream has no trailing bytes')
    must(error.offset >= 0 && error.offset <= length, 'the offset lies in the packet')
    must(error.streamOffset >= error.offset && error.streamOffset <= length, 'the offset lies in the stream')
  }

  checkRoundTrips({ packets, tolerated }, bytes, ends) {
    for (let index = 0; index < packets.length; index++) {
      const packet = packets[index]
      const start = index === 0 ? 0 : ends[index - 1]
      const isAllowed = tolerated[index] === (index === 0 ? 0 : tolerated[index - 1])
      const again = encodedOrRefused(packet, isAllowed)
      if (again === undefined || !isAllowed) continue
      const options = this.optionsAt(packets, index)
      const original = bytes.subarray(start, ends[index])
      if (sameBytes(again, original)) continue
      const is31 = packets.slice(0, index + 1).some(({ protocolLevel }) => protocolLevel === 3)
      if (is31 || options.protocols?.join() === '3.1') {
        // What MQTT 3.1 ignores is written in its correct form.
        must(same(decode(again, options), packet), 'a packet of 3.1 encodes to bytes that decode to it')
        continue
      }
      must(!isShortestLength(original), 'a packet encodes to the bytes that it was decoded from')
      must(again.length < original.length, 'a packet encodes to the shortest form')
      must(same(decode(again, options), packet), 'a packet encodes to bytes that decode to it')
    }
  }

  /** The options by which `decode` reads a packet of the stream as the parser does: after a CONNECT of 3.1 by its rules. */
  optionsAt(packets, index, memory, start) {
    const isConnect =
      memory === undefined ? packets[index].type === 'connect' : this.view(memory, start, 1)[0] >> 4 === 1
    const is31 = packets.slice(0, index).some(({ protocolLevel }) => protocolLevel === 3)
    return is31 && !isConnect ? { ...this.decodeOptions, protocols: ['3.1'] } : this.decodeOptions
  }

  checkDecode({ packets, error }, memory, length, ends) {
    for (let index = 0; index <= packets.length; index++) {
      const start = index === 0 ? 0 : ends[index - 1]
      const packet = packets[index]
      if (packet === undefined && (error === undefined || OF_THE_STREAM.has(error.code))) return
      const end = packet === undefined ? length : ends[index]
      // MQTT 3.1 does not use the flags of CONNECT, of which `decode` alone cannot know.
      const first = this.view(memory, start, 1)[0]
      if (first > 0x10 && first < 0x20 && packets.slice(0, index).some((each) => each.protocolLevel === 3))
        continue
      const outcome = outcomeOf(
        this.view(memory, start, end - start),
        this.optionsAt(packets, index, memory, start),
      )
      if (packet !== undefined) must(same(outcome, packet), 'decode gives what the parser gives')
      else must(sameBreach(outcome, error), 'decode refuses what the parser refuses')
    }
  }

  checkFrames({ packets }, bytes, ends) {
    const { parser } = this.other
    parser.reset()
    parser.push(bytes)
    for (let index = 0; index < packets.length; index++) {
      const frame = parser.readFrame()
      const start = index === 0 ? 0 : ends[index - 1]
      must(
        frame !== undefined && sameBytes(frame.bytes, bytes.subarray(start, ends[index])),
        'a frame is its bytes',
      )
    }
  }

  checkLeniency({ packets, error }, bytes) {
    const lenient = this.lenient.run([bytes], false, undefined)
    const { reports } = lenient
    must(same(packets, lenient.packets.slice(0, packets.length)), 'tolerance changes nothing that is allowed')
    this.checkError(lenient.error, bytes.length)
    // A breach in the first byte is reported with its packet, and so not at all if that never comes.
    if (reports.length === 0 && isOfTheSize(lenient.error)) return
    must(same(error, reports[0] ?? lenient.error), 'the first breach is reported, tolerated or not')
  }
}

function cutAt(memory, length, cuts, view) {
  const chunks = []
  let start = 0
  for (const cut of cuts) {
    chunks.push(view(memory, start, cut - start))
    start = cut
  }
  chunks.push(view(memory, start, length - start))
  return chunks
}

/** Undefined for a packet that was tolerated and is refused on its way out. */
function encodedOrRefused(packet, isAllowed) {
  try {
    return encode(packet)
  } catch (error) {
    must(
      error instanceof EncodeError,
      `only EncodeError is thrown, not ${error?.constructor?.name}: ${error?.message}`,
    )
    must(!isAllowed, `what is decoded is encoded, not refused: ${error.message}`)
    return undefined
  }
}

function outcomeOf(bytes, options) {
  try {
    return decode(bytes, options)
  } catch (error) {
    return error
  }
}

function sameBreach(one, other) {
  return (
    one instanceof DecodeError &&
    one.code === other.code &&
    one.offset === other.offset &&
    one.rule === other.rule
  )
}
