// Generates the packets of the workloads, in the shape of mqtt-wire's decoder, from seeded random numbers.

import type { Publish, TrafficPacket } from './packet.ts'
import type { Random } from './random.ts'

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789']
/** Alphabets of non-ASCII topics, with characters of one to four bytes. */
const SCRIPTS = [
  [...'abdegiklmnorstuäöüßéèñçøå'],
  [...'абвгдежиклмнопрстуфхыя'],
  [...'温度湿压力风速电流门灯室层楼'],
  [...'abcdefghij0123456789🌡💧🔋🚪'],
]

/** Returns a topic name of about 20 to 30 bytes, in levels of two to seven characters. */
export function topic(random: Random, letters: readonly string[] = LETTERS): string {
  const length = random.between(20, 30)
  let name = ''
  let size = 0
  let level = random.between(2, 7)
  while (size < length) {
    const next = level-- === 0 ? '/' : random.pick(letters)
    if (next === '/') level = random.between(2, 7)
    size += Buffer.byteLength(next)
    name += next
  }
  return flat(name)
}

export function nonAsciiTopic(random: Random): string {
  return topic(random, random.pick(SCRIPTS))
}

/** Returns a topic name of 50 to 110 bytes, in a form used in industry, home automation or the cloud. */
export function longTopic(random: Random): string {
  const form = random.pick(LONG_FORMS)
  for (;;) {
    const name = form(random)
    if (name.length >= 50 && name.length <= 110) return flat(name)
  }
}

const letters = (random: Random, length: number): string =>
  Array.from({ length }, () => random.pick(LETTERS)).join('')
const number = (random: Random, digits: number): string =>
  String(random.between(0, 10 ** digits - 1)).padStart(digits, '0')

const SITES = ['plant-north', 'plant-south', 'bottling-hall', 'tank-farm', 'packaging', 'boiler-house']
const MACHINES = ['conveyor', 'centrifugal-pump', 'mixing-vessel', 'heat-exchanger', 'labelling-machine']
const ROOMS = ['living_room', 'kitchen', 'upstairs_bathroom', 'garage', 'hallway', 'utility_room']
const MEASURES = ['temperature', 'relative_humidity', 'power_consumption', 'illuminance', 'battery_level']

/** Modeled on Sparkplug B, Home Assistant discovery, and AWS IoT jobs and shadows. */
const LONG_FORMS: readonly ((random: Random) => string)[] = [
  (random) =>
    `spBv1.0/${random.pick(SITES)}/${random.pick(['DDATA', 'NDATA', 'DBIRTH'])}/gateway-${number(random, 3)}/` +
    random.pick(MACHINES),
  (random) =>
    `spBv1.0/${random.pick(SITES)}-line-${number(random, 2)}/${random.pick(['DDATA', 'DDEATH'])}/` +
    `edge-gateway-${number(random, 4)}/${random.pick(MACHINES)}-${number(random, 3)}`,
  (random) =>
    `homeassistant/${random.pick(['sensor', 'binary_sensor'])}/0x${letters(random, 16)}/` +
    `${random.pick(ROOMS)}_${random.pick(MEASURES)}/${random.pick(['config', 'state', 'availability'])}`,
  (random) =>
    `$aws/things/${random.pick(MACHINES)}-${number(random, 6)}/jobs/` +
    `${letters(random, 8)}-${letters(random, 4)}-${letters(random, 4)}-${letters(random, 12)}/update`,
  (random) =>
    `$aws/things/${random.pick(SITES)}-${random.pick(MACHINES)}-${letters(random, 12)}/shadow/` +
    `name/${random.pick(['configuration', 'telemetry'])}/update/${random.pick(['accepted', 'delta', 'documents'])}`,
]

/** Returns `count` distinct topic names. */
export function topics(random: Random, count: number, make: (random: Random) => string = topic): string[] {
  const names = new Set<string>()
  while (names.size < count) names.add(make(random))
  return [...names]
}

export function publish(random: Random, name: string, qos: number, payloadLength: number): Publish {
  return {
    type: 'publish',
    topic: name,
    payload: random.bytes(payloadLength),
    qos,
    dup: qos > 0 && random.percent(5),
    retain: random.percent(5),
    packetId: qos > 0 ? random.between(1, 65_535) : undefined,
  }
}

export function acknowledgement(random: Random, type: TrafficPacket['type']): TrafficPacket {
  return { type, packetId: random.between(1, 65_535) }
}

/** A typical packet at a broker: 70 % PUBLISH, 25 % acknowledgements, 3 % pings, 2 % other types. */
export function brokerMix(random: Random, names: readonly string[]): TrafficPacket {
  const roll = random.between(1, 100)
  if (roll <= 70) return publish(random, random.pick(names), random.between(0, 2), random.between(10, 300))
  if (roll <= 95)
    return acknowledgement(random, random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const))
  if (roll <= 98) return { type: random.pick(['pingreq', 'pingresp'] as const) }
  return random.pick(OTHERS)(random, names)
}

const OTHERS: readonly ((random: Random, names: readonly string[]) => TrafficPacket)[] = [
  connect,
  (random) => ({ type: 'connack', sessionPresent: random.percent(50), returnCode: 0 }),
  (random, names) => ({
    type: 'subscribe',
    packetId: random.between(1, 65_535),
    subscriptions: some(random, () => ({ topicFilter: filter(random, names), qos: random.between(0, 2) })),
  }),
  (random) => ({
    type: 'suback',
    packetId: random.between(1, 65_535),
    returnCodes: some(random, () => random.pick([0, 1, 2, 0x80])),
  }),
  (random, names) => ({
    type: 'unsubscribe',
    packetId: random.between(1, 65_535),
    topicFilters: some(random, () => filter(random, names)),
  }),
  (random) => acknowledgement(random, 'unsuback'),
  () => ({ type: 'disconnect' }),
]

function connect(random: Random, names: readonly string[]): TrafficPacket {
  const account = random.percent(50)
  return {
    type: 'connect',
    protocolName: 'MQTT',
    protocolLevel: 4,
    clientId: flat(`client-${random.between(0, 999_999)}`),
    cleanSession: random.percent(70),
    keepAlive: random.pick([0, 30, 60, 300]),
    will: random.percent(30)
      ? {
          topic: random.pick(names),
          payload: random.bytes(16),
          qos: random.between(0, 2),
          retain: random.percent(50),
        }
      : undefined,
    username: account ? flat(`user-${random.between(0, 9_999)}`) : undefined,
    password: account ? Buffer.from(`secret-${random.between(0, 9_999)}`) : undefined,
  }
}

function filter(random: Random, names: readonly string[]): string {
  const levels = random.pick(names).split('/')
  levels[random.between(0, levels.length - 1)] = '+'
  return flat(random.percent(30) ? [...levels.slice(0, -1), '#'].join('/') : levels.join('/'))
}

function some<Item>(random: Random, make: () => Item): Item[] {
  return Array.from({ length: random.between(1, 5) }, make)
}

/** Returns the string as one flat piece: V8 stores a concatenation as a tree of its parts until it is first read. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}
