import { type BrokerVerdict, brokerStream, brokerVerdict } from '../../src/cli/target/broker-verdict.ts'
import type { ConnectInput } from '../../src/index.ts'
import type { MalformedVector, ValidVector } from '../vectors/vectors.d.cts'

// What a broker does with the bytes of a row: it goes on with the connection, or it does not.

export type Verdict = BrokerVerdict

export type Row = ValidVector | MalformedVector

/** Types that only servers send say nothing about a broker: to get one is wrong whatever is in it. */
const BY_SERVERS = new Set([2, 9, 11, 13])
const CONNECT = 1
/** RabbitMQ takes 7 to 50 seconds to bind a filter of 65,400 levels. */
const PATIENCE_MS = 90_000
const LANES = 32

const typeOf = ({ hex }: Row): number => Number.parseInt(hex.slice(0, 1), 16)

/** Whether a broker can be asked about the row: a client may send packets of its type. */
export const isForBrokers = (row: Row): boolean => !BY_SERVERS.has(typeOf(row))

/** Whether the row holds for every receiver, whatever its options. */
export const isForAll = (row: Row): boolean => row.options === undefined

/** The protocol of the stream that the row is part of: 3.1 where its receiver reads nothing else. */
function protocolOf({ options }: Row): Required<Pick<ConnectInput, 'protocolName'>> {
  return { protocolName: options?.protocols?.join() === '3.1' ? 'MQIsdp' : 'MQTT' }
}

const bytesOf = ({ hex }: Row): Buffer => Buffer.from(hex, 'hex')

/** The stream in which a broker gets the row: after a CONNECT if it is none itself, and before a PINGREQ. */
export function streamOf(row: Row, clientId: string): Buffer {
  return brokerStream(bytesOf(row), clientId, protocolOf(row).protocolName)
}

/** Whether a broker agrees with us on a row. */
export const agrees = (row: Row, verdict: Verdict | undefined): boolean =>
  (verdict === 'accepted') === !('code' in row)

/** One after the other where they share a client identifier, many at once where not. */
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
