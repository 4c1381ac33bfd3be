// Pasted or dropped input as streams of bytes.

import { type ExplainOptions, type InputChunk, readInput } from '../explain/index.ts'
import { PacketParser } from '../index.ts'

/** One direction of a connection. */
export interface InputStream {
  readonly label: string
  readonly bytes: Uint8Array
  /** The receiver's role, which follows from the direction. */
  readonly options: ExplainOptions
}

export interface Input {
  /** The recognized form: `'an xxd dump'`. */
  readonly form: string
  readonly streams: readonly InputStream[]
}

const DIRECTIONS = {
  c2s: { label: 'client to server', role: 'server' },
  s2c: { label: 'server to client', role: 'client' },
} as const

/** @throws InputError if the form of the input is unknown */
export function inputOf(given: Uint8Array | string): Input {
  const { form, chunks } = readInput(given)
  return { form, streams: streamsOf(chunks) }
}

/** The streams that chunks belong to, in the order of their first chunks. */
export function streamsOf(chunks: Iterable<InputChunk>): readonly InputStream[] {
  const streams = new Map<string, InputChunk[]>()
  for (const chunk of chunks) {
    const key = `${chunk.direction} ${chunk.connection}`
    const known = streams.get(key)
    if (known === undefined) streams.set(key, [chunk])
    else known.push(chunk)
  }
  return [...streams.values()].map((stream) => {
    const [{ connection, direction }] = stream as [InputChunk]
    const request = direction === 's2c' ? streams.get(`c2s ${connection}`) : undefined
    // The server's packets do not show that the version is MQTT 3.1; only the CONNECT does.
    const isMqtt31 = request !== undefined && beginsAsMqtt31(joined(request))
    return {
      label: [connection, direction && DIRECTIONS[direction].label].filter(Boolean).join(', '),
      bytes: joined(stream),
      options: {
        ...(direction && { role: DIRECTIONS[direction].role }),
        ...(isMqtt31 && { protocols: ['3.1'] as const }),
      },
    }
  })
}

function beginsAsMqtt31(bytes: Uint8Array): boolean {
  try {
    const packet = new PacketParser({ protocols: ['3.1', '3.1.1', 'bridge'] }).push(bytes).read()
    return packet?.type === 'connect' && packet.protocolLevel === 3
  } catch {
    return false
  }
}

function joined(chunks: readonly InputChunk[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, { bytes }) => length + bytes.length, 0))
  let position = 0
  for (const { bytes } of chunks) {
    whole.set(bytes, position)
    position += bytes.length
  }
  return whole
}
