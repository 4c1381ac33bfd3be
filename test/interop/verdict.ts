import { DecodeError, encode } from '../../src/index.ts'
import type { MalformedVector, ValidVector } from '../vectors/vectors.d.ts'
import { Client } from './client.ts'

// What a broker does with the bytes of a row: it goes on with the connection, or it does not.

export type Verdict = 'accepted' | 'closed' | `refused, return code ${number}` | 'silent'

export type Row = ValidVector | MalformedVector

/** Types that only servers send say nothing about a broker: to get one is wrong whatever is in it. */
const BY_SERVERS = new Set([2, 9, 11, 13])
const CONNECT = 1
const DISCONNECT = 14
const PATIENCE_MS = 5_000
const LANES = 32

const typeOf = ({ hex }: Row): number => Number.parseInt(hex.slice(0, 1), 16)

/** Whether a broker can be asked about the row: a client sends it, and the connection goes on behind it. */
export const isForBrokers = (row: Row): boolean =>
  row.options === undefined && !BY_SERVERS.has(typeOf(row)) && typeOf(row) !== DISCONNECT

let connections = 0

export async function verdictOn(row: Row, port: number): Promise<Verdict> {
  const client = await Client.open(port)
  try {
    const isConnect = typeOf(row) === CONNECT
    if (!isConnect) client.send({ type: 'connect', clientId: `v${process.pid}x${++connections}` })
    // In one write: what is closed on the first half cannot take the second.
    client.write(Buffer.concat([Buffer.from(row.hex, 'hex'), encode({ type: 'pingreq' })]))
    for (;;) {
      const packet = await client.take(PATIENCE_MS)
      if (packet === undefined) return client.isClosed ? 'closed' : 'silent'
      if (packet.type === 'pingresp') return 'accepted'
      if (packet.type === 'connack' && packet.returnCode !== 0)
        return `refused, return code ${packet.returnCode}`
    }
  } catch (error) {
    if (error instanceof DecodeError) return 'accepted' // and answered by what is malformed itself
    throw error
  } finally {
    client.destroy()
  }
}

/** One after the other where they share a client identifier, many at once where not. */
export async function verdictsOn(rows: readonly Row[], port: number): Promise<Map<Row, Verdict>> {
  const verdicts = new Map(rows.map((row) => [row, 'silent' as Verdict]))
  const lane = async (queue: Row[]): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift())
      verdicts.set(row, await verdictOn(row, port))
  }
  const connects = rows.filter((row) => typeOf(row) === CONNECT)
  const others = rows.filter((row) => typeOf(row) !== CONNECT)
  await Promise.all([lane(connects), ...Array.from({ length: LANES }, () => lane(others))])
  return verdicts
}
