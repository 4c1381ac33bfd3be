// A fuzzing thread. The main thread watches it, because a decoder that hangs cannot report that itself.

import { parentPort, workerData } from 'node:worker_threads'
import { minimize } from '../../../dist/cli/fuzz/minimize.js'
import { CONFIGURATIONS } from './configurations.mjs'
import { leastCorpus, loadCorpus, seedPackets, underEachConfiguration } from './corpus.mjs'
import { Loop } from './loop.mjs'
import { openTracer } from './tracer.mjs'

Error.stackTraceLimit = 0 // half the cost of an error is its stack

const { seed, runs, deadline, build, shared } = workerData
const SLICE = 4_096
const ATTEMPTS = 20_000

const names = Object.keys(CONFIGURATIONS)
const state = new Int32Array(shared, 0, 4)
const current = new Uint8Array(shared, 16)
const note = (configuration, bytes) => {
  state[0]++
  state[1] = names.indexOf(configuration)
  state[2] = bytes.length
  current.set(bytes)
}

const tracer = await openTracer(build)
const pool = seedPackets(seed)
const loop = new Loop({ seed, tracer, pool, note })
const report = (type) =>
  parentPort.postMessage({
    type,
    executions: loop.executions,
    corpus: loop.corpus.length,
    branches: tracer.coverage.branches,
  })

let finding = loop.start([...loadCorpus(), ...underEachConfiguration(pool)])
report('progress')
while (finding === undefined && loop.executions < runs && Date.now() < deadline && state[3] === 0) {
  const end = Math.min(runs, loop.executions + SLICE)
  while (finding === undefined && loop.executions < end) finding = loop.step()
  report('progress')
}

if (finding !== undefined) {
  const { bytes, cuts } = await minimize(
    finding,
    (candidate) => loop.check(candidate.bytes, { ...finding, ...candidate }) === finding.broken,
    ATTEMPTS,
  )
  const entries = leastCorpus(loop.corpus, tracer)
  parentPort.postMessage({ type: 'finding', ...finding, minimized: { bytes, cuts }, entries })
} else {
  report('end')
  parentPort.postMessage({ type: 'corpus', entries: leastCorpus(loop.corpus, tracer) })
}
