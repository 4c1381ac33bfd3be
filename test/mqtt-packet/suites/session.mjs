// Shared by the tests of sessions.

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mosquitto } from '../../interop/peers/mosquitto.ts'

export const PIPELINED = 10_000
// By default the brokers allow fewer messages in flight than are pipelined here.
const UNLIMITED = 'max_inflight_messages 0\nmax_queued_messages 0'

export const BROKERS = {
  mosquitto: {
    missing: mosquitto.isInstalled() ? [] : [`mosquitto is not installed (${mosquitto.source})`],
    async start() {
      const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-peer-'))
      const { port, stop } = await mosquitto.start(folder, UNLIMITED)
      return { port, stop: () => stop().finally(() => rmSync(folder, { recursive: true })) }
    },
  },
  aedes: {
    missing: [],
    async start() {
      const { Aedes } = await import('aedes')
      const broker = await Aedes.createBroker({ maxInflightInbound: PIPELINED })
      const { port, close } = await serve(broker.handle)
      return { port, stop: () => new Promise((resolve) => broker.close(resolve)).then(close) }
    },
  },
}

/** Starts a server on a free port. */
export async function serve(onConnection) {
  const server = createServer(onConnection).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, close: () => server.close() }
}

/** The arguments of the next event. */
export const once = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (...args) => resolve(args)))

/** The next `count` messages. */
export const messages = (client, count) =>
  new Promise((resolve) => {
    const received = []
    client.on('message', (topic, payload, { qos, retain, properties }) => {
      received.push({ topic, payload, qos, retain, properties })
      if (received.length === count) resolve(received)
    })
  })

let names = 0
export const newName = () => `m${process.pid}x${++names}`

export const RESUMED = Array.from({ length: 20 }, (_, index) => index)

/**
 * Breaks the receiver's connection and publishes the numbers of `RESUMED` before it reconnects. Returns whether it got its
 * session back, and the numbers that it received, in order.
 */
export async function resumeSession(receiver, connectSender) {
  const topic = newName()
  await receiver.subscribeAsync(topic, { qos: 2 })
  const received = messages(receiver, RESUMED.length)
  const closed = once(receiver, 'close')
  const again = once(receiver, 'connect')
  receiver.stream.destroy()
  await closed
  const sender = await connectSender()
  for (const number of RESUMED) await sender.publishAsync(topic, String(number), { qos: 1 + (number % 2) })
  const [{ sessionPresent }] = await again
  const numbers = (await received).map(({ payload }) => Number(payload)).sort((a, b) => a - b)
  return { sessionPresent, numbers }
}

/** Messages that are sent while the socket is full wait for `'drain'`, each with its own listener. */
export const allowPipelining = (client) => client.stream.setMaxListeners(0)
