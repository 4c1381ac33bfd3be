// Runs the suite in the page and in a worker, talks to a broker over WebSocket, and posts the results to the server.

import { runMqttPacket } from './mqtt-packet.mjs'
import { runSuite } from './suite.mjs'

const parameters = new URLSearchParams(location.search)

async function inPage() {
  const corpus = await (await fetch('/test/vectors/vectors.json')).json()
  return runSuite(await import('/dist/index.js'), corpus)
}

function inWorker(script) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { type: 'module' })
    worker.onmessage = ({ data }) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
}

/** Connects, subscribes, publishes, and waits for its own message. */
async function overWebSocket(url) {
  const { PacketParser, encode } = await import('/dist/index.js')
  const socket = new WebSocket(url, 'mqtt')
  socket.binaryType = 'arraybuffer'
  const parser = new PacketParser({ role: 'client' })
  const seen = []
  const answers = {
    connack: () => ({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: 'page/+', qos: 1 }] }),
    suback: () => ({ type: 'publish', topic: 'page/größe', payload: 'from the page', qos: 1, packetId: 2 }),
    publish: ({ packetId }) => ({ type: 'puback', packetId }),
  }
  await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(encode({ type: 'connect', clientId: 'page', keepAlive: 60 }))
    socket.onerror = () => reject(new Error(`no WebSocket to ${url}`))
    socket.onmessage = ({ data }) => {
      for (const packet of parser.push(new Uint8Array(data))) {
        seen.push(packet.type)
        const answer = answers[packet.type]?.(packet)
        if (answer !== undefined) socket.send(encode(answer))
        if (packet.type !== 'publish') continue
        seen.push(packet.topic, new TextDecoder().decode(packet.payload))
        resolve()
      }
    }
  })
  socket.send(encode({ type: 'disconnect' }))
  socket.close()
  return seen.filter((each) => each !== 'puback') // it may arrive before or after the message
}

async function outcome(run) {
  try {
    return await run()
  } catch (error) {
    return { passed: 0, failures: [String(error?.stack ?? error)] }
  }
}

const broker = parameters.get('broker')
const results = {
  page: await outcome(inPage),
  worker: await outcome(() => inWorker('browser-worker.mjs')),
  npmBuffer: await outcome(() => inWorker('browser-worker.mjs?npm-buffer')),
  mqttPacket: await outcome(async () => runMqttPacket(await import('/dist/mqtt-packet/index.js'))),
  ...(broker && { messages: await outcome(() => overWebSocket(broker)) }),
}
await fetch('/results', { method: 'POST', body: JSON.stringify(results) })
