// The fuzzing loop of a thread: mutates corpus entries, checks the invariants, and keeps inputs with new coverage.

import { Random } from '../../../dist/testing/random.js'
import { Broken } from './broken.mjs'
import { computed } from './clock.mjs'
import { CONFIGURATIONS } from './configurations.mjs'
import { Havoc } from './havoc.mjs'
import { Invariants } from './invariants.mjs'

export const CAPACITY = 16_384

/** One in this many inputs runs in the instrumented build, and one against the expensive invariants. */
const TRACE_ONE_IN = 4
const THOROUGH_ONE_IN = 8

/** The maximum time for an input of any size, in ms: far more than it needs, but shorter than some pauses of the machine. */
const SLOW = 200
const SLOW_TRIALS = 3

const NAMES = Object.keys(CONFIGURATIONS)

export class Loop {
  executions = 0
  corpus = []

  /** @param note called with each input before it runs */
  constructor({ seed, tracer, pool, note }) {
    this.random = new Random(seed)
    this.memory = new ArrayBuffer(CAPACITY + 64)
    this.bytes = new Uint8Array(this.memory)
    this.havoc = new Havoc(this.random, this.memory.slice(0, CAPACITY), pool)
    this.tracer = tracer
    this.note = note
    this.invariants = Object.fromEntries(NAMES.map((name) => [name, new Invariants(name)]))
  }

  /** @returns a finding, if there is one */
  start(entries) {
    for (const { configuration, bytes } of entries) {
      const finding = this.execute(configuration, bytes)
      if (finding !== undefined) return finding
      this.keepIfNew(configuration, bytes)
    }
    return undefined
  }

  /** @returns a finding, if there is one */
  step() {
    const { havoc, random, corpus } = this
    const parent = corpus[random.uint32() % corpus.length]
    const length = havoc.mutate(parent.bytes)
    const choice = random.uint32()
    const configuration = choice % 4 === 0 ? NAMES[(choice >>> 8) % NAMES.length] : parent.configuration
    const bytes = havoc.bytes.subarray(0, length)
    const finding = this.execute(configuration, bytes)
    if (this.executions % TRACE_ONE_IN === 0) this.keepIfNew(configuration, bytes)
    return finding
  }

  execute(configuration, bytes) {
    const { random } = this
    const bits = random.uint32()
    const way = {
      configuration,
      cuts: this.cutsFor(bytes.length, bits >>> 8),
      readsAtOnce: bits % 2 === 0,
      thoroughly: this.executions % THOROUGH_ONE_IN === 0,
    }
    this.executions++
    this.note(configuration, bytes)
    const started = performance.now()
    const broken = this.check(bytes, way)
    if (broken !== undefined) return { ...way, bytes: bytes.slice(), broken }
    return performance.now() - started > SLOW && this.isSlow(bytes, way)
      ? { ...way, bytes: bytes.slice(), broken: `an input takes less than ${SLOW} ms` }
      : undefined
  }

  isSlow(bytes, way) {
    return Array.from({ length: SLOW_TRIALS }).every(() => {
      const started = computed() // CPU time, because the machine may pause the process
      this.check(bytes, way)
      return computed() - started > SLOW
    })
  }

  /** Returns the invariant that is broken, if any. */
  check(bytes, { configuration, cuts, readsAtOnce, thoroughly }) {
    this.bytes.set(bytes)
    try {
      this.invariants[configuration].check(this.memory, bytes.length, cuts, readsAtOnce, thoroughly)
    } catch (error) {
      if (!(error instanceof Broken)) throw error
      return error.message
    }
    return undefined
  }

  keepIfNew(configuration, bytes) {
    if (this.tracer.reachesNew(configuration, bytes))
      this.corpus.push({ configuration, bytes: bytes.slice() })
  }

  cutsFor(length, bits) {
    const cuts = []
    const stride = Math.max(1 << (bits % 6), length >> 5)
    let state = bits
    for (let cut = 0; ; ) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      cut += (state >>> 16) % (stride + 1)
      if (cut > length || cuts.length > 64) return cuts
      cuts.push(cut)
    }
  }
}
