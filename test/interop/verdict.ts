import { type BrokerVerdict, brokerStream, brokerVerdict } from '../../src/cli/target/broker-verdict.ts'
import type { ConnectInput } from '../../src/index.ts'
import type { MalformedVector, ValidVector } from '../vectors/vectors.d.cts'

// Finds out whether a broker accepts the bytes of a row or refuses them.

export type Verdict = BrokerVerdict

export type Row = ValidVector | MalformedVector

/** Packet types that only servers send. For a broker they are always wrong, so these rows say nothing about it. */
const BY_SERVERS = new Set([2, 9, 11, 13])
const CONNECT = 1
/** RabbitMQ takes 7 to 50 seconds to bind a filter of 65,400 levels. */
const PATIENCE_MS = 90_000
const LANES = 32

const typeOf = ({ hex }: Row): number => Number.parseInt(hex.slice(0, 1), 16)

/** Whether the row can be sent to a broker: a client may send packets of its type. */
export const isForBrokers = (row: Row): boolean => !BY_SERVERS.has(typeOf(row))

/** Whether the row applies to every receiver, regardless of its options. */
export const isForAll = (row: Row): boolean => row.options === undefined

/** The protocol of the row's stream: 3.1 if its receiver only supports that version. */
function protocolOf({ options }: Row): Required<Pick<ConnectInput, 'protocolName'>> {
  return { protocolName: options?.protocols?.join() === '3.1' ? 'MQIsdp' : 'MQTT' }
}

const bytesOf = ({ hex }: Row): Buffer => Buffer.from(hex, 'hex')

/** The stream in which a broker gets the row: after a CONNECT, unless it is one, and before a PINGREQ. */
export function streamOf(row: Row, clientId: string): Buffer {
  return brokerStream(bytesOf(row), clientId, protocolOf(row).protocolName)
}

/** Whether a broker's verdict agrees with ours. */
export const agrees = (row: Row, verdict: Verdict | undefined): boolean =>
  (verdict === 'accepted') === !('code' in row)

/** Sends rows that share a client identifier one after another, and many others at the same time. */
export async function verdictsOn(rows: readonly Row[], port: number): Promise<Map<Row, Verdict>> {
  const verdicts = new Map(rows.map((row) => [row, 'silent' as Verdict]))
  const asked = { host: '127.0.0.1', port, patience: PATIENCE_MS }
  const lane = async (queue: Row[]): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift())
      verdicts.set(row, await brokerVerdict(bytesOf(row), { ...asked, ...protocolOf(row) }))
  }
  const connects = rows.filter((row) => typeOf(row) === CONNECT)
  const others = rows.filter((row) => typeOf(row) !== CONNECT)
  await Promise.all([lane(connects), ...Array.from({ length: LANES }, () => lane(others))])
  return verdicts
}
