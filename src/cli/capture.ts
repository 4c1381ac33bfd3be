// Reads captures (pcap, pcapng) with tshark, if it is installed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type InputChunk, InputError } from '../explain/forms/form.ts'
import { identify } from '../explain/index.ts'
import { complain } from './terminal.ts'

const FIELDS = [
  'tcp.stream',
  'frame.time_relative',
  'ip.src',
  'ipv6.src',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq',
  'tcp.payload',
]
const MQTT_PORT = '1883'

/**
 * Reads the TCP streams of a capture in order. Streams that are not MQTT are skipped and counted.
 *
 * @param pieces the bytes of the capture if it is not a file; they are written to one, because tshark cannot read sockets
 */
export async function* capturedChunks(
  file: string,
  pieces: AsyncIterable<Buffer> | undefined,
): AsyncGenerator<InputChunk> {
  if (pieces === undefined) return yield* chunksOf(file)
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-'))
  try {
    const copy = join(folder, 'capture')
    await writeFile(copy, pieces)
    yield* chunksOf(copy)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function* chunksOf(file: string): AsyncGenerator<InputChunk> {
  const fields = FIELDS.flatMap((field) => ['-e', field])
  const args = ['-r', file, '-n', '-Y', 'tcp.len > 0', '-T', 'fields', ...fields]
  const tshark = spawn('tshark', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let complaint = ''
  tshark.stderr.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-2_000)
  })
  const exit = once(tshark, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new InputError(
      'reading a capture file (pcap or pcapng) requires tshark, which is not installed; ' +
        'install it, or run this where it is installed: tshark -r FILE -T fields -e tcp.payload',
    )
  })
  exit.catch(() => {}) // until it is awaited
  const streams = new Map<string, CapturedStream>()
  for await (const line of createInterface({ input: tshark.stdout })) {
    const [id = '', ...fields] = line.split('\t')
    const stream = streams.get(id) ?? new CapturedStream()
    streams.set(id, stream)
    yield* stream.segment(fields)
  }
  const [status] = await exit
  if (status !== 0) throw new InputError(`tshark: ${complaint.trim().split('\n').at(-1)}`)
  const others = [...streams.values()].filter(({ isMqtt }) => !isMqtt).length
  if (others === streams.size) throw new InputError('no TCP stream of this capture is MQTT')
  if (others > 0) complain(`left out TCP streams that are not MQTT: ${others}`)
}

/** One TCP connection. */
class CapturedStream {
  isMqtt = false
  private isKnown = false
  private client = ''
  private connection = ''
  /** The next sequence number of each side, and the segments that arrived too early. */
  private readonly sides = new Map<string, { next: number; early: Map<number, Buffer> }>()

  segment([
    time,
    ip4,
    ip6,
    source = '',
    target = '',
    sequence,
    payload = '',
  ]: readonly string[]): InputChunk[] {
    const bytes = Buffer.from(payload.replaceAll(/[:,]/g, ''), 'hex')
    if (!this.isKnown) {
      this.isKnown = true
      const isFromServer = source === MQTT_PORT
      this.isMqtt =
        isFromServer || target === MQTT_PORT || identify(bytes)?.protocol.startsWith('mqtt') === true
      const host = ip4 || ip6
      this.client = isFromServer ? target : source
      this.connection = isFromServer ? `client:${target}` : `${host}:${source}`
    }
    if (!this.isMqtt) return []
    const direction = source === this.client ? 'c2s' : 's2c'
    const milliseconds = Math.round(Number(time) * 1e5) / 100
    const { connection } = this
    return this.inOrder(source, Number(sequence), bytes).map((part) => ({
      bytes: part,
      connection,
      direction,
      milliseconds,
    }))
  }

  private inOrder(side: string, sequence: number, bytes: Buffer): Buffer[] {
    const state = this.sides.get(side) ?? { next: sequence, early: new Map<number, Buffer>() }
    this.sides.set(side, state)
    const known = state.early.get(sequence)
    if (known === undefined || known.length < bytes.length) state.early.set(sequence, bytes)
    const ready: Buffer[] = []
    for (const [start, segment] of [...state.early].sort(([one], [other]) => one - other)) {
      if (start > state.next) break
      state.early.delete(start)
      const fresh = segment.subarray(state.next - start)
      if (fresh.length === 0) continue
      ready.push(fresh)
      state.next += fresh.length
    }
    return ready
  }
}
