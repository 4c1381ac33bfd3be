// Throughput of one worker thread, and of two at the same time.

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { median, quartiles } from '../../dist/cli/bench/measure/rounds.js'

const WORKER = new URL('../measure/worker.mjs', import.meta.url)

export default async function ({ contestant, rounds, sampleMs }, progress) {
  const workers = [await start(contestant), await start(contestant)]
  const alone = []
  const together = []
  for (let round = 0; round < rounds; round++) {
    alone.push(await workers[round % 2].work(sampleMs))
    const pair = await Promise.all(workers.map(({ work }) => work(sampleMs)))
    together.push(pair[0] + pair[1])
    progress((round + 1) / rounds)
  }
  await Promise.all(workers.map(({ worker }) => worker.terminate()))
  const ratios = together.map((rate, round) => rate / alone[round])
  return { one: median(alone), two: median(together), ratio: median(ratios), quartiles: quartiles(ratios) }
}

async function start(contestant) {
  const worker = new Worker(WORKER, { workerData: { contestant } })
  const answer = async () => {
    const [message] = await once(worker, 'message')
    return message
  }
  const work = (ms) => {
    worker.postMessage(ms)
    return answer()
  }
  await answer()
  return { worker, work }
}
