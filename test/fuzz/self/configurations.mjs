// The options with which the decoder is fuzzed, and the kinds of its bytes.

import { DECODE_ERRORS } from '../../../dist/index.js'

const TOLERABLE = Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) => (tolerable ? [code] : []))
const OF_TEXT = ['ill-formed-utf8', 'null-character', 'wildcard-in-topic-name', 'empty-topic-name']
const PROTOCOLS = ['3.1.1', '3.1', 'bridge']
const BOTH_CHARACTERS = ['control-characters', 'non-characters']
const BY_TYPE = [
  { code: 'reserved-flags', packets: ['puback', 'pingreq'] },
  { code: 'surplus-bytes', packets: ['puback', 'connect'] },
  { code: 'packet-identifier-zero', packets: ['subscribe', 'publish'] },
]

/** Violations that a tolerated packet does not contain, so that it is encoded in its correct form. */
export const NOT_IN_THE_PACKET = [
  'reserved-flags',
  'surplus-bytes',
  'ill-formed-utf8',
  'connect-reserved-flag',
  'will-qos-without-will',
  'will-retain-without-will',
  'connack-reserved-bits',
  'requested-qos-reserved-bits',
]

/** A user's subclass, whose own `subarray` creates the views. */
class OwnBytes extends Uint8Array {}

const viewAsBuffer = (memory, start, length) => Buffer.from(memory, start, length)
const viewAsUint8Array = (memory, start, length) => new Uint8Array(memory, start, length)
const viewAsOwn = (memory, start, length) => new OwnBytes(memory, start, length)

const shared = new SharedArrayBuffer(2 ** 15)

/** The same bytes in memory that other threads can change. */
function viewAsShared(memory, start, length) {
  const view = new Uint8Array(shared, start, length)
  view.set(new Uint8Array(memory, start, length))
  return view
}

/** By the name in the corpus. With `callsBack`, `onTolerated` calls the parser's methods, and may throw. */
export const CONFIGURATIONS = {
  strict: { view: viewAsBuffer },
  arrays: { view: viewAsUint8Array },
  subclass: { view: viewAsOwn },
  tolerant: { view: viewAsBuffer, options: { tolerate: TOLERABLE, protocols: PROTOCOLS } },
  text: { view: viewAsUint8Array, options: { tolerate: OF_TEXT } },
  protocols: { view: viewAsBuffer, options: { protocols: PROTOCOLS, copyPayloads: true } },
  server: { view: viewAsBuffer, options: { role: 'server', maxPacketSize: 64 } },
  client: {
    view: viewAsUint8Array,
    options: { role: 'client', tolerate: ['surplus-bytes', 'reserved-flags'] },
  },
  limits: { view: viewAsBuffer, options: { maxTopicLength: 9, maxTopicLevels: 3, maxTopicFilters: 2 } },
  refuse: { view: viewAsBuffer, options: { refuse: BOTH_CHARACTERS, protocols: PROTOCOLS } },
  refuseTolerant: { view: viewAsUint8Array, options: { refuse: BOTH_CHARACTERS, tolerate: TOLERABLE } },
  byType: { view: viewAsBuffer, options: { tolerate: BY_TYPE } },
  mqtt31: { view: viewAsBuffer, options: { protocols: ['3.1'] } },
  mqtt31Tolerant: { view: viewAsBuffer, options: { protocols: ['3.1'], tolerate: TOLERABLE } },
  mixed: { view: viewAsBuffer, options: { protocols: ['3.1.1', '3.1'] } },
  mixedServer: { view: viewAsBuffer, options: { protocols: PROTOCOLS, role: 'server' } },
  shared: { view: viewAsShared, options: { protocols: PROTOCOLS } },
  sharedTolerant: {
    view: viewAsShared,
    options: { protocols: PROTOCOLS, tolerate: TOLERABLE, copyPayloads: true },
  },
  callsBack: { view: viewAsBuffer, options: { tolerate: TOLERABLE, protocols: PROTOCOLS }, callsBack: true },
  limitsTolerant: {
    view: viewAsBuffer,
    options: { maxTopicLength: 40, maxTopicLevels: 3, maxTopicFilters: 3, tolerate: TOLERABLE },
  },
}
