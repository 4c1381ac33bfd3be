// The options under which the decoder is fuzzed, and the kind of bytes that it gets.

import { DECODE_ERRORS } from '../../../dist/index.js'

const TOLERABLE = Object.entries(DECODE_ERRORS).flatMap(([code, { tolerable }]) => (tolerable ? [code] : []))
const OF_TEXT = ['ill-formed-utf8', 'null-character', 'wildcard-in-topic-name', 'empty-topic-name']
const PROTOCOLS = ['3.1.1', '3.1', 'bridge']

/** A class of the user's own: such views are made by its own `subarray`. */
class OwnBytes extends Uint8Array {}

const viewAsBuffer = (memory, start, length) => Buffer.from(memory, start, length)
const viewAsUint8Array = (memory, start, length) => new Uint8Array(memory, start, length)
const viewAsOwn = (memory, start, length) => new OwnBytes(memory, start, length)

/** By name: what stands in the corpus. */
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
  limitsTolerant: {
    view: viewAsBuffer,
    options: { maxTopicLength: 40, maxTopicLevels: 3, maxTopicFilters: 3, tolerate: TOLERABLE },
  },
}
