// Brokers under test. Each input has a connection of its own. After each, the broker must still serve a second client.

import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { encode } from '../../index.ts'
import { UsageError } from '../usage.ts'
import { packetText } from '../verdict/difference.ts'
import type { TestInput } from '../verdict/examination.ts'
import { type Expectation, expectationFor } from '../verdict/expectation.ts'
import { NO_PACKET, type Symptom } from '../verdict/finding.ts'
import { REFUSES, sectionOf } from '../verdict/judge.ts'
import { type BrokerVerdict, brokerVerdict, newClientId } from './broker-verdict.ts'
import { type Address, Connection, openSocket } from './connection.ts'
import type { Declaration } from './declaration.ts'
import type { Found, Target } from './target.ts'

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/
const DEFAULT_PORT = 1_883
/** Seconds. */
const DEFAULT_PATIENCE = 10
/** Connections per second to a broker on another machine. */
const REMOTE_RATE = 20
/** Rows of the corpus that are sent at the same time. */
const LANES = 16
const CONNECT = 1

interface BrokerOptions {
  readonly declared: Declaration
  readonly isRemoteAllowed: boolean
  /** Connections per second. */
  readonly rate?: string | undefined
  /** How long the broker may take to answer, in seconds. */
  readonly patience?: string | undefined
}

export class Broker implements Target {
  readonly name: string
  /** The broker's verdicts on the inputs of the last call. */
  verdicts: readonly (BrokerVerdict | undefined)[] = []
  private readonly address: Address
  private readonly declaration: Declaration
  /** Milliseconds between connections. */
  private readonly interval: number
  /** Milliseconds. */
  private readonly patience: number
  private next = 0
  private served: ServedClients | undefined
  private isClosed = false
  private readonly sockets = new Set<Socket>()

  /** @throws UsageError for an address that is not allowed, or an option out of range */
  constructor(url: string, { declared, isRemoteAllowed, rate, patience }: BrokerOptions) {
    this.name = url
    this.patience = 1_000 * quantity('patience', patience, 'seconds', DEFAULT_PATIENCE)
    const { hostname, port, pathname, username } = parsed(url)
    if (hostname === '' || pathname.length > 1 || username !== '')
      throw new UsageError(`${url} must be mqtt://HOST:PORT`)
    const isRemote = !LOOPBACK.test(hostname)
    if (isRemote && !isRemoteAllowed)
      throw new UsageError(`${hostname} is not this machine; if the broker is yours to break, add --remote`)
    this.address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || DEFAULT_PORT) }
    this.declaration = { sendsOnly: 'client', ...declared }
    const defaultRate = isRemote ? REMOTE_RATE : Number.POSITIVE_INFINITY
    this.interval = 1_000 / quantity('rate', rate, 'connections per second', defaultRate)
  }

  async start(): Promise<Declaration> {
    try {
      this.served = await ServedClients.start(this.address, this.patience)
    } catch (error) {
      throw new UsageError(`${this.name} does not serve two clients: ${(error as Error).message}`)
    }
    return this.declaration
  }

  async examine(inputs: readonly TestInput[], found: Found): Promise<number> {
    const verdicts: (BrokerVerdict | undefined)[] = inputs.map(() => undefined)
    this.verdicts = verdicts
    let deaths = 0
    const lane = async (queue: number[]): Promise<void> => {
      for (
        let index = queue.shift();
        index !== undefined && deaths === 0 && !this.isClosed;
        index = queue.shift()
      ) {
        const input = inputs[index] as TestInput
        const death = await this.examineOne(input, (verdict, symptoms) => {
          verdicts[index as number] = verdict
          if (symptoms.length > 0) found(index as number, symptoms)
        })
        if (death === undefined || this.isClosed) continue
        deaths++
        found(index, [death])
      }
    }
    // CONNECTs are sent one after another: the broker closes the first of two with the same client identifier.
    const indexes = [...inputs.keys()]
    const connects = indexes.filter((index) => isConnect(inputs[index]))
    const others = indexes.filter((index) => !isConnect(inputs[index]))
    const areRows = inputs.every(({ isStrict }) => isStrict === true)
    if (areRows && this.interval === 0)
      await Promise.all([lane(connects), ...Array.from({ length: LANES }, () => lane(others))])
    else await lane(indexes)
    if (deaths > 0 && !this.isClosed) await this.restart()
    return deaths
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.served?.close()
    for (const socket of this.sockets) socket.destroy()
  }

  /** Returns the symptom if the broker no longer serves other clients. */
  private async examineOne(
    input: TestInput,
    report: (verdict: BrokerVerdict, symptoms: Symptom[]) => void,
  ): Promise<Symptom | undefined> {
    const { bytes, expectation } = this.asked(input)
    if (bytes.length === 0) return undefined
    await this.turn()
    try {
      const protocolName = is31(this.declaration) ? 'MQIsdp' : 'MQTT'
      const verdict = await brokerVerdict(bytes, {
        ...this.address,
        patience: this.patience,
        protocolName,
        onOpen: (socket) => this.track(socket),
      })
      const symptom = judgeBroker(expectation, verdict, bytes)
      const isFree = symptom?.permission !== undefined && input.isStrict !== true
      report(verdict, symptom === undefined || isFree ? [] : [symptom])
    } catch (error) {
      return notServing(`it does not accept connections: ${(error as Error).message}`)
    }
    const isServed = await this.served?.areServed(this.patience)
    return isServed === true ? undefined : notServing('a PUBLISH of a second client does not arrive')
  }

  /** The first packet of the input, because a broker's verdicts on several could not be told apart. */
  private asked(input: TestInput): { bytes: Uint8Array; expectation: Expectation } {
    if (input.isStrict === true && input.known !== undefined)
      return { bytes: input.bytes, expectation: input.known }
    const { packets, ends, ending } = expectationFor(input.bytes, this.declaration)
    const end = ends[0] ?? (ending.kind === 'refused' ? ending.end : 0)
    const bytes = input.bytes.subarray(0, end)
    if (packets.length === 0 && ending.kind === 'refused')
      return { bytes, expectation: { packets, ends, ending } }
    return { bytes, expectation: expectationFor(bytes, this.declaration) }
  }

  private track(socket: Socket): void {
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
  }

  private async turn(): Promise<void> {
    if (this.interval === 0) return
    const now = Date.now()
    this.next = Math.max(now, this.next + this.interval)
    if (this.next > now) await setTimeout(this.next - now, undefined, { ref: false })
  }

  /** Connects the clients again. If the broker is gone for good, the next input reports that it serves nobody. */
  private async restart(): Promise<void> {
    this.served?.close()
    this.served = await ServedClients.start(this.address, this.patience).catch(() => undefined)
  }
}

const isConnect = (input: TestInput | undefined): boolean => (input?.bytes[0] ?? 0) >> 4 === CONNECT
const is31 = ({ protocols = [] }: Declaration): boolean => [...protocols].join() === '3.1'

/** Reads the value of an option. In this range, its milliseconds fit in a timer. */
function quantity(option: string, text: string | undefined, unit: string, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (value >= 0.001 && value <= 100_000) return value
  throw new UsageError(`--${option} must be 0.001 to 100,000 ${unit}, not ${text}`)
}

function parsed(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new UsageError(`${url} must be mqtt://HOST:PORT`)
  }
}

function notServing(happened: string): Symptom {
  return {
    ...NO_PACKET,
    kind: 'crash',
    about: 'the broker no longer serves other clients',
    rule: '§4.8',
    expected: 'a broker that serves others, whatever one client sends',
    happened,
    isDeath: true,
  }
}

/** Compares a broker's verdict with what the standard expects for the packet. */
function judgeBroker(
  { packets, ending, permissions = [] }: Expectation,
  verdict: BrokerVerdict,
  bytes: Uint8Array,
): Symptom | undefined {
  const [packet] = packets
  const happened = HAPPENED[verdict as keyof typeof HAPPENED] ?? `CONNACK: ${verdict}`
  if (ending.kind === 'refused') {
    const { code, rule, packetType, message } = ending
    const isRight =
      verdict !== 'accepted' &&
      verdict !== 'silent' &&
      (verdict !== 'refused, SUBACK 128' || code.startsWith('misplaced-'))
    if (isRight) return undefined
    const symptom = { ...NO_PACKET, kind: 'verdict', about: `accepts ${code}`, rule, packetType } as const
    return {
      ...symptom,
      expected: `the end of the connection: ${message}`,
      happened,
      waits: verdict === 'silent',
      end: bytes.length,
    }
  }
  if (packet === undefined || ending.kind !== 'complete' || verdict === 'accepted') return undefined
  const own = verdict === 'silent' ? undefined : (permissions[0]?.[0] ?? brokersPermission(packet, verdict))
  return {
    ...NO_PACKET,
    kind: 'verdict',
    about: verdict === 'silent' ? 'no answer' : REFUSES,
    rule: sectionOf(packet.type),
    packetType: packet.type,
    expected: packetText(packet),
    happened,
    waits: verdict === 'silent',
    permission: own,
  }
}

const HAPPENED = {
  accepted: 'it continued',
  closed: 'it closed the connection',
  silent: 'it neither answered nor closed the connection in time',
} as const

/** What the standard lets a server refuse, but not a parser. */
function brokersPermission(
  packet: Expectation['packets'][number],
  verdict: BrokerVerdict,
): Symptom['permission'] {
  if (packet.type === 'connect' && /return code [45]$/.test(verdict))
    return { reason: 'unknown-users', rule: 'MQTT-3.1.4-2' }
  if (verdict === 'refused, SUBACK 128') return { reason: 'refused-subscriptions', rule: '§3.9.3' }
  const topic =
    packet.type === 'publish' ? packet.topic : packet.type === 'connect' ? packet.will?.topic : undefined
  return topic?.startsWith('$') === true ? { reason: 'server-topics', rule: '§4.7.2' } : undefined
}

/** Two clients: one publishes, and the other must receive it. */
class ServedClients {
  private readonly publisher: Connection
  private readonly subscriber: Connection
  private readonly topic: string
  private readonly arrived = new Map<string, () => void>()
  private published = 0

  private constructor(publisher: Connection, subscriber: Connection, topic: string) {
    this.publisher = publisher
    this.subscriber = subscriber
    this.topic = topic
  }

  static async start(address: Address, patience: number): Promise<ServedClients> {
    const topic = `mqtt-wire/${newClientId()}`
    const [publisher, subscriber] = [
      new Connection(await openSocket(address)),
      new Connection(await openSocket(address)),
    ]
    const served = new ServedClients(publisher, subscriber, topic)
    try {
      for (const connection of [publisher, subscriber]) {
        connection.send({ type: 'connect', clientId: newClientId() })
        const { returnCode } = await connection.next('connack', patience)
        if (returnCode !== 0) throw new Error(`CONNACK with return code ${returnCode}`)
      }
      subscriber.send({ type: 'subscribe', packetId: 1, subscriptions: [{ topicFilter: topic, qos: 0 }] })
      await subscriber.next('suback', patience)
    } catch (error) {
      served.close() // open connections would keep the process alive
      throw error
    }
    void served.receive()
    return served
  }

  async areServed(patience: number): Promise<boolean> {
    const id = String(++this.published)
    const arrival = new Promise<true>((resolve) => this.arrived.set(id, () => resolve(true)))
    const patient = new AbortController()
    this.publisher.write(encode({ type: 'publish', topic: this.topic, payload: id }))
    const late = setTimeout(patience, false as const, { signal: patient.signal, ref: false }).catch(
      () => false as const,
    )
    const isServed = await Promise.race([arrival, late])
    patient.abort()
    this.arrived.delete(id)
    return isServed
  }

  close(): void {
    this.publisher.destroy()
    this.subscriber.destroy()
  }

  private async receive(): Promise<void> {
    while (!this.subscriber.isClosed) {
      const packet = await this.subscriber.take().catch(() => undefined)
      if (packet?.type === 'publish') this.arrived.get(Buffer.from(packet.payload).toString())?.()
    }
  }
}
