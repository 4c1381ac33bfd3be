// Invariants for any bytes, any chunking and any options.

import {
  DECODE_ERRORS,
  DecodeError,
  decode,
  decodeFixedHeader,
  EncodeError,
  encode,
} from '../../../dist/index.js'
import { must } from './broken.mjs'
import { CONFIGURATIONS, NOT_IN_THE_PACKET } from './configurations.mjs'
import { frameEnds, isShortestLength } from './frames.mjs'
import { same, sameBytes } from './same.mjs'
import { PieceSubject, Subject } from './subject.mjs'

/** Codes that only a parser reports, because `decode` has no role and no size limit. */
const OF_THE_STREAM = new Set(['unexpected-packet-type', 'packet-too-large'])

/** Fields whose violations show in the fixed header. */
const OF_THE_HEADER = new Set(['Control Packet type', 'QoS level', 'DUP flag', 'Flags', 'Remaining Length'])

/** The types whose fixed header does not show that the packet is longer than its fields. */
const OPEN_ENDED = new Set(['connect'])

const CONNECT = 1

/** Values of `piecesFrom`: payloads of at least this many bytes are read in pieces. */
const PIECES_FROM = [1, 20]

export class Invariants {
  constructor(configuration) {
    const { view, options = {}, callsBack } = CONFIGURATIONS[configuration]
    this.view = view
    const { role: _, maxPacketSize: __, ...decodeOptions } = options
    this.decodeOptions = decodeOptions
    const { protocols = [], tolerate: tolerated = [] } = options
    this.isMqtt31 = protocols.length === 1 && protocols[0] === '3.1'
    // After an MQTT 3.1 CONNECT, another CONNECT may have any protocol, and its unused flags are ignored.
    this.optionsAfter31 = { ...decodeOptions, protocols: ['3.1'] }
    const flags = { code: 'reserved-flags', packets: ['connect'] }
    this.connectAfter31 = { ...decodeOptions, tolerate: [...tolerated, flags] }
    this.isStrict = options.tolerate === undefined
    this.tolerate = tolerated
    this.subject = new Subject({ options, callsBack })
    this.other = new Subject({ options, callsBack })
    this.pieces = PIECES_FROM.map((piecesFrom) => new PieceSubject({ options }, piecesFrom))
    const tolerate = Object.keys(DECODE_ERRORS).filter((code) => DECODE_ERRORS[code].tolerable)
    this.lenient = new Subject({ options: { ...options, tolerate } })
  }

  /**
   * @param cuts the positions of the cuts, ascending
   * @param readsAtOnce whether packets are read after every chunk, or only after the last
   * @param thoroughly whether to check the expensive invariants too
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
    this.checkHeaders(whole, bytes, ends)
    this.checkDecode(whole, memory, length, ends)
    this.checkFrames(whole, bytes, ends)
    for (const pieces of this.pieces) this.checkPieces(whole, pieces.run(chunks, readsAtOnce), length)
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
    if (error.code === 'surplus-bytes' && error.field !== 'Remaining Length')
      must(
        OPEN_ENDED.has(error.packetType),
        'a size that no packet of the type can have shows at the fixed header',
      )
    if (error.code === 'incomplete-packet')
      must(
        error.packetType !== undefined || error.field !== undefined,
        'an incomplete packet names where it ends',
      )
  }

  checkRoundTrips({ packets, tolerated, reports }, bytes, ends) {
    for (let index = 0; index < packets.length; index++) {
      const packet = packets[index]
      const start = index === 0 ? 0 : ends[index - 1]
      const original = bytes.subarray(start, ends[index])
      const broken = reports.slice(index === 0 ? 0 : tolerated[index - 1], tolerated[index])
      const again = encodedOrRefused(packet, broken.length === 0)
      const answer = broken.length === 0 ? again : encoded(packet, { tolerate: this.tolerate })
      if (sameBytes(answer, original)) continue
      const codes = broken.map(({ code }) => code)
      // Ignored bits are written in their correct form.
      const isIgnored =
        this.isOf31(packets, index + 1) || codes.some((code) => NOT_IN_THE_PACKET.includes(code))
      must(isIgnored || !isShortestLength(original), 'a packet encodes to the bytes that it was decoded from')
      // U+FFFD takes three bytes in place of one ill-formed byte, so the longer text may exceed a limit.
      if (codes.includes('ill-formed-utf8')) continue
      const isShorter = answer.length < original.length || (isIgnored && answer.length === original.length)
      must(isShorter, 'a packet encodes to the shortest form')
      const options = this.optionsFor(packets, index, answer)
      must(same(decode(answer, options), packet), 'a packet encodes to bytes that decode to it')
    }
  }

  /** Whether the rules of MQTT 3.1 apply after the first `count` packets. */
  isOf31(packets, count) {
    return (
      this.isMqtt31 ||
      packets.slice(0, count).some(({ type, protocolLevel }) => type === 'connect' && protocolLevel === 3)
    )
  }

  /** The options with which `decode` treats the packet after the first `count` like the parser. */
  optionsFor(packets, count, bytes) {
    if (this.isMqtt31 || !this.isOf31(packets, count)) return this.decodeOptions
    return bytes[0] >> 4 === CONNECT ? this.connectAfter31 : this.optionsAfter31
  }

  /** `decodeFixedHeader` must agree with the parser. */
  checkHeaders({ packets, error }, bytes, ends) {
    for (let index = 0; index <= packets.length; index++) {
      const start = index === 0 ? 0 : ends[index - 1]
      const options = this.optionsFor(packets, index, bytes.subarray(start))
      const outcome = outcomeOf(() => decodeFixedHeader(bytes, start, options))
      if (index < packets.length) {
        const isSame =
          outcome.type === packets[index].type &&
          start + outcome.length + outcome.remainingLength === ends[index]
        must(isSame, 'decodeFixedHeader gives what the parser finds')
      } else if (outcome instanceof Error) {
        must(error !== undefined, 'decodeFixedHeader refuses nothing that the parser accepts')
        if (!OF_THE_STREAM.has(error.code))
          must(sameViolation(outcome, error), 'decodeFixedHeader refuses what the parser refuses')
      } else if (
        error !== undefined &&
        !OF_THE_STREAM.has(error.code) &&
        error.code !== 'incomplete-packet'
      ) {
        must(
          !OF_THE_HEADER.has(error.field),
          'decodeFixedHeader refuses what the parser refuses at the header',
        )
      }
    }
  }

  checkDecode({ packets, error }, memory, length, ends) {
    for (let index = 0; index <= packets.length; index++) {
      const start = index === 0 ? 0 : ends[index - 1]
      const packet = packets[index]
      if (packet === undefined && (error === undefined || OF_THE_STREAM.has(error.code))) return
      const end = packet === undefined ? length : ends[index]
      const bytes = this.view(memory, start, end - start)
      const outcome = outcomeOf(() => decode(bytes, this.optionsFor(packets, index, bytes)))
      if (packet !== undefined) must(same(outcome, packet), 'decode gives what the parser gives')
      else must(sameViolation(outcome, error), 'decode refuses what the parser refuses')
    }
  }

  checkFrames({ packets }, bytes, ends) {
    const { parser } = this.other
    parser.reset()
    parser.push(bytes)
    for (let index = 0; index < packets.length; index++) {
      const frame = this.other.readFrame()
      const start = index === 0 ? 0 : ends[index - 1]
      must(
        frame !== undefined && sameBytes(frame.bytes, bytes.subarray(start, ends[index])),
        'a frame is its bytes',
      )
    }
  }

  /** The pieces must be the payloads of the whole packets. */
  checkPieces({ packets, reports, error }, pieces, length) {
    this.checkError(pieces.error, length)
    must(same(packets, pieces.packets), 'the pieces are those of the packets')
    must(same(reports, pieces.reports.slice(0, reports.length)), 'the reports do not depend on the pieces')
    // The fields before a payload are checked before the payload arrives.
    const isEarlier = error?.code === 'incomplete-packet' && pieces.started === undefined
    must(
      same(error, pieces.error) || (isEarlier && pieces.error?.packetType === 'publish'),
      'the error does not depend on the pieces',
    )
  }

  checkLeniency({ packets, error }, bytes) {
    const lenient = this.lenient.run([bytes], false, undefined)
    const { reports } = lenient
    must(same(packets, lenient.packets.slice(0, packets.length)), 'tolerance changes nothing that is allowed')
    this.checkError(lenient.error, bytes.length)
    // A violation in the fixed header is reported with its packet, and so not at all if the packet never arrives.
    if (reports.length === 0 && isOfTheSize(lenient.error)) return
    must(same(error, reports[0] ?? lenient.error), 'the first violation is reported, tolerated or not')
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

/** Encodes a packet with the tolerance with which it was decoded, which must succeed. */
function encoded(packet, options) {
  try {
    return encode(packet, options)
  } catch (error) {
    must(false, `what is tolerated is encoded with the same tolerance, not refused: ${error.message}`)
  }
}

/** Encodes a packet without tolerance. Undefined if it was tolerated and is now refused. */
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

/** Whether an error is about a packet whose body has not arrived, or is not read. */
function isOfTheSize(error) {
  return error?.code === 'incomplete-packet' || error?.field === 'Remaining Length'
}

function outcomeOf(action) {
  try {
    return action()
  } catch (error) {
    return error
  }
}

function sameViolation(one, other) {
  return (
    one instanceof DecodeError &&
    one.code === other.code &&
    one.offset === other.offset &&
    one.rule === other.rule &&
    one.field === other.field &&
    one.packetType === other.packetType &&
    one.found === other.found
  )
}
