// Decodes W2 for a given number of milliseconds, and answers with packets per second.

import { parentPort, workerData } from 'node:worker_threads'
import { decodeLoop } from '../../dist/cli/bench/measure/loops.js'
import { traffic } from '../../dist/cli/bench/traffic/workloads.js'
import { load } from '../contestants.mjs'

const contestant = await load(workerData.contestant, 'worker')
const stream = traffic('W2', 0.25)
const run = decodeLoop(contestant, stream)
for (let pass = 0; pass < 20; pass++) run(1)

parentPort.on('message', (ms) => {
  const start = performance.now()
  let passes = 0
  do {
    run(1)
    passes++
  } while (performance.now() - start < ms)
  parentPort.postMessage((1000 * passes * stream.packets.length) / (performance.now() - start))
})
parentPort.postMessage('ready')
