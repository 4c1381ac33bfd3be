// Captures (pcap, pcapng): tshark takes them apart, if it is installed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

/** Reads the TCP streams of a capture in their order. Streams that are not MQTT are left out, and counted. */
export async function* capturedChunks(pieces: AsyncIterable<Buffer>): AsyncGenerator<InputChunk> {
  const args = [
    '-r',
    '-',
    '-n',
    '-Y',
    'tcp.len > 0',
    '-T',
    'fields',
    ...FIELDS.flatMap((field) => ['-e', field]),
  ]
  const tshark = spawn('tshark', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let complaint = ''
  tshark.stderr.setEncoding('utf8').on('data', (text) => {
    complaint = (complaint + text).slice(-2_000)
  })
  const exit = once(tshark, 'close').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new InputError(
      'this is a capture file (pcap or pcapng), and tshark, which takes it apart, is not installed; ' +
        'where it is, run: tshark -r FILE -T fields -e tcp.payload',
    )
  })
  exit.catch(() => {})
  feed(pieces, tshark.stdin)
  const streams = new Map<string, CapturedStream>()
  for await (const line of createInterface({ input: tshark.stdout })) {
    const [id = '', ...fields] = line.split('\t')
    const stream = streams.get(id) ?? new CapturedStream()
    streams.set(id, stream)
    yield* stream.segment(fields)
  }
  const [status] = await exit
  if (status !== 0)
    throw new InputError(`tshark cannot read the capture: ${complaint.trim().split('\n').at(-1)}`)
  const others = [...streams.values()].filter(({ isMqtt }) => !isMqtt).length
  if (others > 0)
    complain(
      `left out ${others} TCP stream${others === 1 ? '' : 's'} that ${others === 1 ? 'is' : 'are'} not MQTT`,
    )
}

async function feed(pieces: AsyncIterable<Buffer>, stdin: NodeJS.WritableStream): Promise<void> {
  stdin.on('error', () => {}) // tshark has ended: its exit status says why
  for await (const piece of pieces)
    if (!stdin.write(piece)) await Promise.race([once(stdin, 'drain'), once(stdin, 'close')])
  stdin.end()
}

/** One TCP connection. */
class CapturedStream {
  isMqtt = false
  private isKnown = false
  private client = ''
  private connection = ''
  /** The next sequence number of each side, and the segments that came before it was their turn. */
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
