// Tests mqtt-packet's API without Node: no `node:` imports, no Buffer, no process. This file imports nothing.

const PACKETS = [
  { cmd: 'connect', clientId: 'page', clean: true, keepalive: 60, username: 'größe' },
  { cmd: 'connack', sessionPresent: false, returnCode: 0 },
  { cmd: 'publish', topic: 'page/größe', payload: '21,5 °C', qos: 1, dup: false, retain: true, messageId: 7 },
  { cmd: 'publish', topic: 'page', payload: 'x'.repeat(300), qos: 0, dup: false, retain: false },
  { cmd: 'puback', messageId: 7 },
  { cmd: 'subscribe', messageId: 8, subscriptions: [{ topic: 'page/+', qos: 2 }] },
  { cmd: 'suback', messageId: 8, granted: [2, 128] },
  { cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['page/#'] },
  { cmd: 'unsuback', messageId: 9 },
  { cmd: 'pingreq' },
]

/**
 * @param library the exports of `mqtt-wire/mqtt-packet`
 * @returns {Promise<{ passed: number, failures: string[] }>} each failure names its check
 */
export async function runMqttPacket({ createMqttPacket, generate, parser, writeToStream }) {
  const results = { passed: 0, failures: [] }
  const check = (name, actual, expected) => {
    if (JSON.stringify(actual) === JSON.stringify(expected)) results.passed++
    else results.failures.push(`${name}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
  }

  const whole = joined(PACKETS.map((packet) => generate(packet)))
  check('whole', parsed(parser(), [whole]), PACKETS)
  check(
    'byte by byte',
    parsed(
      parser(),
      Array.from(whole, (byte) => Uint8Array.of(byte)),
    ),
    PACKETS,
  )

  for (const [name, write] of [
    ['writeToStream', writeToStream],
    ["flush: 'immediate'", createMqttPacket({ flush: 'immediate' }).writeToStream],
  ]) {
    const [plain, corked] = [new Stream(), new CorkedStream()]
    for (const packet of PACKETS) {
      write(packet, plain)
      write(packet, corked)
    }
    check(`${name} to a stream that has only write`, plain.bytes, [...whole])
    check(`${name}: nothing leaves before the end of the turn`, corked.bytes, [])
    await new Promise((resolve) => setTimeout(resolve, 5))
    check(`${name}: all of it leaves after the turn`, corked.bytes, [...whole])
    check(`${name}: no packet`, [write({ cmd: 'none' }, plain), plain.error], [false, 'Unknown command'])
  }

  const large = new Uint8Array(100_000).fill(1)
  const stream = new Stream()
  writeToStream({ cmd: 'publish', topic: 'page', payload: large }, stream)
  const [{ payload }] = parsed(parser(), [Uint8Array.from(stream.bytes)], (packet) => packet)
  check('a large payload', [payload.length, payload.every((byte) => byte === 1)], [large.length, true])

  const broken = parser()
  const errors = []
  broken.on('error', ({ message }) => errors.push(message))
  broken.parse(Uint8Array.of(0xf0, 0))
  check('wrong bytes', errors, ['Not supported auth packet for this version MQTT'])
  return results
}

class Stream {
  bytes = []

  write(bytes) {
    this.bytes.push(...bytes)
    return true
  }

  destroy({ message }) {
    this.error = message
  }
}

class CorkedStream extends Stream {
  waiting = []

  cork() {}

  write(bytes) {
    this.waiting.push(...bytes)
    return true
  }

  uncork() {
    this.bytes.push(...this.waiting.splice(0))
  }
}

/** The packet that the parser emits, with only the fields that were passed to `generate`. */
function parsed(connection, chunks, view = withFieldsOf) {
  const packets = []
  connection.on('packet', (packet) => packets.push(view(packet, PACKETS[packets.length])))
  for (const chunk of chunks) connection.parse(chunk)
  return packets
}

function withFieldsOf(packet, given) {
  const text = (value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value)
  return Object.fromEntries(Object.keys(given).map((name) => [name, text(packet[name])]))
}

function joined(pieces) {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let length = 0
  for (const piece of pieces) {
    bytes.set(piece, length)
    length += piece.length
  }
  return bytes
}
