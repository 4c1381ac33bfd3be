import { type ConnectInput, DecodeError, encode } from '../../src/index.ts'
import type { MalformedVector, ValidVector } from '../vectors/vectors.d.cts'
import { Client } from './client.ts'

// What a broker does with the bytes of a row: it goes on with the connection, or it does not.

export type Verdict = 'accepted' | 'closed' | `refused, return code ${number}` | 'silent'

export type Row = ValidVector | MalformedVector

/** Types that only servers send say nothing about a broker: to get one is wrong whatever is in it. */
const BY_SERVERS = new Set([2, 9, 11, 13])
const CONNECT = 1
const DISCONNECT = 14
const PATIENCE_MS = 20_000
const LANES = 32

const typeOf = ({ hex }: Row): number => Number.parseInt(hex.slice(0, 1), 16)

/** Whether a broker can be asked about the row: a client may send packets of its type. */
export const isForBrokers = (row: Row): boolean => !BY_SERVERS.has(typeOf(row))

/** Whether the row holds for every receiver, whatever its options. */
export const isForAll = (row: Row): boolean => row.options === undefined

/** The protocol of the stream that the row is part of: 3.1 where its receiver reads nothing else. */
function protocolOf({ options }: Row): Pick<ConnectInput, 'protocolName'> {
  return options?.protocols?.join() === '3.1' ? { protocolName: 'MQIsdp' } : {}
}

/** The stream in which a broker gets the row: after a CONNECT if it is none itself, and before a PINGREQ. */
export function streamOf(row: Row, clientId: string): Buffer {
  const connect = typeOf(row) === CONNECT ? [] : [encode({ type: 'connect', clientId, ...protocolOf(row) })]
  return Buffer.concat([...connect, withPing(row)])
}

/** Whether a broker agrees with us on a row. */
export const agrees = (row: Row, verdict: Verdict | undefined): boolean =>
  (verdict === 'accepted') === !('code' in row)

let connections = 0
const newId = (): string => `v${process.pid}x${++connections}`

/** In one write: what is closed on the first half cannot take the second. */
const withPing = ({ hex }: Row): Buffer =>
  Buffer.concat([Buffer.from(hex, 'hex'), encode({ type: 'pingreq' })])

function verdictOn(row: Row, port: number): Promise<Verdict> {
  return typeOf(row) === DISCONNECT ? verdictByWill(row, port) : verdictByPing(row, port)
}

/** Who answers what comes behind the row has accepted it. */
async function verdictByPing(row: Row, port: number): Promise<Verdict> {
  const client = await Client.open(port)
  try {
    client.write(streamOf(row, newId()))
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

/** After DISCONNECT nobody answers; who has accepted it has discarded the will [MQTT-3.14.4-3], others publish it. */
async function verdictByWill(row: Row, port: number): Promise<Verdict> {
  const will = { topic: `will/${newId()}`, payload: 'gone', qos: 0, retain: false } as const
  const { client: watcher } = await Client.connect(port, { clientId: newId() })
  const { client } = await Client.connect(port, { clientId: newId(), will, ...protocolOf(row) })
  try {
    watcher.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: will.topic, qos: 0 }] })
    await watcher.next('suback')
    client.write(withPing(row))
    const answer = await client.take(PATIENCE_MS)
    if (answer !== undefined) return 'accepted' // and ignored
    if (!client.isClosed) return 'silent'
    watcher.send({ type: 'pingreq' })
    const packet = await watcher.take(PATIENCE_MS)
    return packet?.type === 'publish' ? 'closed' : 'accepted'
  } finally {
    client.destroy()
    watcher.destroy()
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
