// Reads memory while another thread constantly writes to it. The returned bytes must be the checked ones.

import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DecodeError, decode, isTopicFilter, isTopicName, type Packet, PacketParser } from '../src/index.ts'
import { bytes } from './support/bytes.ts'

const ROUNDS = 2_000

/** Packets, and the values between which one byte alternates. Each value breaks a rule or has another meaning. */
// biome-ignore format: one row per packet
const ROWS: readonly (readonly [name: string, hex: string, at: number, values: readonly number[]])[] = [
  ['a wildcard in a topic name', "30 14 0010 'sensors/12345678' 'hi'", 11, [0x61, 0x23]],
  ['an ill-formed topic name', "30 14 0010 'sensors/12345678' 'hi'", 15, [0x61, 0xff]],
  ['U+0000 in a topic name', "30 14 0010 'sensors/12345678' 'hi'", 19, [0x61, 0x00]],
  ['the length of a topic name', "30 14 0010 'sensors/12345678' 'hi'", 3, [0x10, 0x12]],
  ['a packet identifier', "32 07 0001 'a' 0000 'hi'", 6, [0x00, 0x07]],
  ['a misplaced wildcard', "82 08 0007 0003 'a/#' 01", 6, [0x61, 0x2f, 0x23]],
  ['a requested QoS', "82 06 0007 0001 'a' 01", 7, [0x01, 0x03, 0x81]],
  ['a return code', '90 03 0007 01', 4, [0x01, 0x03]],
  ['the flags of CONNECT', "10 0f 0004 'MQTT' 04 02 003c 0001 'c' 0000", 9, [0x82, 0x83, 0x0a, 0x02]],
  ['a protocol name', "10 0d 0004 'MQTT' 04 02 003c 0001 'c'", 5, [0x51, 0x00]],
  ['a packet type', '40 02 0007', 0, [0x40, 0x41, 0xe0, 0x30]],
]

const SIZE = 32
const shared = new SharedArrayBuffer(8 + SIZE)
const control = new Int32Array(shared, 0, 2)
const chunk = new Uint8Array(shared, 8)

/** Writes the values in turn to the index in the first number of `control`, until that is negative. */
const WRITER = `
  const { workerData: shared, parentPort } = require('node:worker_threads')
  const control = new Int32Array(shared, 0, 2)
  const chunk = new Uint8Array(shared, 8)
  parentPort.on('message', (values) => {
    const at = Atomics.load(control, 0)
    Atomics.store(control, 1, 1)
    while (Atomics.load(control, 0) === at) for (const value of values) chunk[at] = value
    Atomics.store(control, 1, 0)
  })
`
let writer: Worker
beforeAll(() => {
  writer = new Worker(WRITER, { eval: true, workerData: shared })
})
afterAll(async () => {
  await writer.terminate()
})

function isSound(packet: Packet): boolean {
  switch (packet.type) {
    case 'publish':
      return isTopicName(packet.topic) && (packet.qos === 0 || packet.packetId > 0)
    case 'subscribe':
      return packet.subscriptions.every(({ topicFilter, qos }) => isTopicFilter(topicFilter) && qos < 3)
    case 'suback':
      return packet.returnCodes.every((code) => code < 3 || code === 0x80)
    case 'connect':
      return packet.password === undefined || packet.username !== undefined
    default:
      return 'packetId' in packet ? packet.packetId > 0 : packet.type === 'disconnect'
  }
}

/** Reads memory in which the writer constantly changes a byte. */
async function whileWritten(at: number, values: readonly number[], read: () => void): Promise<void> {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  Atomics.store(control, 0, at)
  writer.postMessage(values)
  while (Atomics.load(control, 1) === 0) await turn()
  try {
    for (let round = 0; round < ROUNDS; round++) {
      try {
        read()
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }
  } finally {
    Atomics.store(control, 0, -1)
    while (Atomics.load(control, 1) === 1) await turn()
  }
}

test.each(ROWS)('%s', async (_, hex, at, values) => {
  const whole = bytes(hex)
  chunk.set(whole)
  const source = chunk.subarray(0, whole.length)
  for (const read of [() => decode(source), () => new PacketParser().push(source).read()]) {
    await whileWritten(at, values, () => {
      const packet = read()
      if (packet !== undefined && !isSound(packet)) expect.fail(`${JSON.stringify(packet)} is returned`)
    })
  }
})
