// Checks the library with the corpus, the parser and the streams in the runtime that loads this file. It imports nothing, so that
// browsers, workers and every server runtime run the same file.

/**
 * @param library the built package's exports
 * @param vectors the parsed vectors.json
 * @returns {Promise<{ passed: number, failures: string[] }>} each failure names its check
 */
export async function runSuite(library, vectors) {
  const corpus = withLargeRows(vectors)
  const results = { passed: 0, failures: [] }
  const check = async (name, run) => {
    try {
      await run()
      results.passed++
    } catch (error) {
      results.failures.push(`${name}: ${error?.stack ?? error}`)
    }
  }
  for (const kind of kindsOfBytes()) {
    for (const row of corpus.valid)
      await check(`${kind.name}, ${row.name}`, () => checkValid(library, kind, row))
    for (const row of corpus.malformed)
      await check(`${kind.name}, ${row.name}`, () => checkMalformed(library, kind, row))
    for (const row of corpus.streams)
      await check(`${kind.name}, ${row.name}`, () => checkStream(library, kind, row))
    for (const row of corpus.headers)
      await check(`${kind.name}, ${row.name}`, () => checkHeader(library, kind, row))
    await check(`${kind.name}, decodeStream`, () => checkDecodeStream(library, kind, corpus))
    await check(`${kind.name}, web streams`, () => checkWebStreams(library, kind, corpus))
  }
  for (const { filter, topic, matches } of corpus.matching)
    await check(`${filter} and ${topic}`, () => equal(library.topicMatches(filter, topic), matches))
  await check('encode returns what the host uses for bytes', () => checkEncodedKind(library))
  return results
}

/** The corpus with its large rows expanded and added to the others. */
function withLargeRows(vectors) {
  const { valid, malformed, streams } = JSON.parse(
    JSON.stringify(vectors.large),
    (_, value) => value?.runs?.map(([part, times]) => part.repeat(times)).join('') ?? value,
  )
  return {
    ...vectors,
    valid: [...vectors.valid, ...valid],
    malformed: [...vectors.malformed, ...malformed],
    streams: [...vectors.streams, ...streams],
  }
}

/** The host's kinds of bytes: the name, how to create them from hexadecimal, and the required kind of decoded bytes. */
function kindsOfBytes() {
  const filled = (memory, bytes) => {
    const view = new Uint8Array(memory, 1, bytes.length) // not at the start of its memory
    view.set(bytes)
    return view
  }
  const kinds = [
    {
      name: 'Uint8Array',
      make: (bytes) => filled(new ArrayBuffer(bytes.length + 2), bytes),
      result: Uint8Array,
    },
  ]
  if (typeof Buffer !== 'undefined')
    kinds.push({ name: 'Buffer', make: (bytes) => Buffer.from(bytes), result: Buffer })
  if (typeof SharedArrayBuffer !== 'undefined')
    kinds.push({
      name: 'SharedArrayBuffer',
      make: (bytes) => filled(new SharedArrayBuffer(bytes.length + 2), bytes),
      result: Uint8Array,
    })
  if ('resize' in ArrayBuffer.prototype)
    kinds.push({
      name: 'resizable ArrayBuffer',
      make: (bytes) => filled(new ArrayBuffer(bytes.length + 2, { maxByteLength: bytes.length + 64 }), bytes),
      result: Uint8Array,
    })
  return kinds
}

const PINGREQ = 'c000'

function checkValid(library, kind, { hex, packet, options, readOnly }) {
  const { decode, encode, encodedLength, encodeInto } = library
  const decoded = decode(kind.make(bytesOf(hex)), options)
  equal(plain(decoded), packet)
  for (const value of [decoded.payload, decoded.password, decoded.will?.payload])
    if (value !== undefined) equal(Object.getPrototypeOf(value) === kind.result.prototype, true)
  const pinged = hex + PINGREQ + hex
  for (const chunks of cuts(kind, pinged))
    for (const read of [parsed, parsedInPieces])
      equal(read(library, chunks, options), {
        packets: [packet, { type: 'pingreq' }, packet],
        bufferedLength: 0,
      })
  const bytes = bytesOf(hex)
  for (const length of prefixLengths(hex))
    equal(parsed(library, [kind.make(bytes.subarray(0, length))], options), {
      packets: [],
      bufferedLength: length,
    })
  if (readOnly) return
  const given = input(packet)
  equal(hexOf(encode(given)), hex)
  equal(encodedLength(given), hex.length / 2)
  const target = kind.make(new Uint8Array(hex.length / 2 + 2))
  equal(encodeInto(given, target, 1), hex.length / 2)
  equal(hexOf(target), `00${hex}00`)
}

function checkMalformed(library, kind, row) {
  const { hex, options, tolerated, further = [], action, packetType, found } = row
  const expected = { ...breachOf(row), action, packetType, found }
  equal(
    factsOf(
      library,
      thrown(() => library.decode(kind.make(bytesOf(hex)), options)),
    ),
    expected,
  )
  for (const chunks of cuts(kind, PINGREQ + hex + PINGREQ)) {
    for (const read of [parsed, parsedInPieces]) {
      const { packets, error } = read(library, chunks, options)
      equal(packets, [{ type: 'pingreq' }])
      equal(factsOf(library, error), expected)
      equal(error.streamOffset, 2 + row.offset)
    }
  }
  if (tolerated === undefined) return
  const breaches = [row, ...further].map(breachOf)
  const tolerate = breaches.map(({ code }) => code)
  for (const chunks of cuts(kind, hex)) {
    const reports = []
    const onTolerated = (violation) => reports.push(breachOf(violation))
    const { packets, error } = parsed(library, chunks, { ...options, tolerate, onTolerated })
    equal([packets, error, reports], [[tolerated], undefined, breaches])
  }
}

function checkStream(library, kind, { hex, options, packets, error, incomplete = 0 }) {
  for (const chunks of cuts(kind, hex)) {
    const result = parsed(library, chunks, options)
    equal(result.packets, packets)
    if (error === undefined) {
      equal([result.error, result.bufferedLength], [undefined, incomplete])
    } else {
      equal(
        { ...breachOf(result.error), streamOffset: result.error.streamOffset },
        {
          ...breachOf(error),
          streamOffset: error.streamOffset,
        },
      )
    }
  }
}

function checkHeader(library, kind, { hex, packetType, flags, remainingLength, length }) {
  const header = library.decodeFixedHeader(kind.make(bytesOf(hex)))
  equal(
    [header.type, header.flags, header.remainingLength, header.length],
    [packetType, flags, remainingLength, length],
  )
  for (let cut = 0; cut < hex.length / 2; cut++)
    equal(library.decodeFixedHeader(kind.make(bytesOf(hex).subarray(0, cut))), undefined)
}

/** All packets that require no options, as one stream. */
const wholeStream = (corpus) => corpus.valid.filter(({ options, hex }) => !options && hex.length < LONG)

async function checkDecodeStream(library, kind, corpus) {
  const rows = wholeStream(corpus)
  for (const chunks of cuts(kind, rows.map(({ hex }) => hex).join(''))) {
    const packets = []
    for await (const packet of library.decodeStream(chunks)) packets.push(plain(packet))
    equal(
      packets,
      rows.map(({ packet }) => packet),
    )
  }
}

async function checkWebStreams(library, kind, corpus) {
  const rows = wholeStream(corpus)
  const chunks = pieces(kind, rows.map(({ hex }) => hex).join(''), 97)
  const source = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
  const reader = source.pipeThrough(new library.PacketDecoderStream()).getReader()
  const packets = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) packets.push(plain(next.value))
  equal(
    packets,
    rows.map(({ packet }) => packet),
  )
}

function checkEncodedKind({ encode }) {
  const expected = typeof Buffer === 'undefined' ? Uint8Array : Buffer
  for (const size of [1, 100, 100_000]) {
    const bytes = encode({ type: 'publish', topic: 'a', payload: new Uint8Array(size) })
    equal(bytes instanceof Uint8Array && Object.getPrototypeOf(bytes) === expected.prototype, true)
  }
}

/** The packets that a parser returns, and the error that it ends with. */
function parsed({ PacketParser }, chunks, options) {
  const packets = []
  return { packets, ...pushed(new PacketParser(options), chunks, (packet) => packets.push(plain(packet))) }
}

/** The same for a parser that returns every payload in pieces. */
function parsedInPieces({ PieceParser }, chunks, options) {
  const packets = []
  let publish
  const take = ({ type, payloadLength, ...fields }) => {
    if (type === 'publish-start') {
      publish = { type: 'publish', ...plain(fields), payload: '' }
    } else if (type === 'publish-piece') {
      publish.payload += hexOf(fields.bytes)
      if (fields.remaining === 0) packets.push(publish)
    } else {
      packets.push({ type, ...plain(fields) })
    }
  }
  return { packets, ...pushed(new PieceParser({ ...options, piecesFrom: 1 }), chunks, take) }
}

function pushed(parser, chunks, take) {
  const error = thrown(() => {
    for (const chunk of chunks) for (const item of parser.push(chunk)) take(item)
  })
  return error === undefined ? { bufferedLength: parser.bufferedLength } : { error }
}

function thrown(run) {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

/** In hexadecimal digits. Longer rows are cut into pieces of more than one byte, and into fewer prefixes. */
const LONG = 1_000

function cuts(kind, hex) {
  return [[kind.make(bytesOf(hex))], pieces(kind, hex, hex.length < LONG ? 1 : 999)]
}

function pieces(kind, hex, size) {
  const bytes = bytesOf(hex)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    kind.make(bytes.subarray(index * size, (index + 1) * size)),
  )
}

function prefixLengths(hex) {
  const length = hex.length / 2
  const step = hex.length < LONG ? 1 : Math.ceil(length / 16)
  return Array.from({ length: Math.ceil(length / step) }, (_, index) => index * step)
}

const breachOf = ({ code, rule, field, offset }) => ({ code, rule, field, offset })

function factsOf({ DecodeError }, error) {
  if (!(error instanceof DecodeError)) throw error ?? new Error('nothing was thrown')
  const { code, action, packetType } = error
  const found = code === 'unsupported-protocol-level' ? error.found : undefined
  return { ...breachOf(error), action, packetType, found }
}

function bytesOf(hex) {
  const bytes = new Uint8Array(hex.length / 2)
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = parseInt(hex.slice(2 * index, 2 * index + 2), 16)
  return bytes
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexOf(bytes) {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

/** A decoded packet as the corpus writes it. */
function plain(value) {
  if (ArrayBuffer.isView(value)) return hexOf(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}

/** A packet of the corpus in the form that `encode` accepts. */
function input({ payload, password, will, ...rest }) {
  return {
    ...rest,
    ...(payload !== undefined && { payload: bytesOf(payload) }),
    ...(password !== undefined && { password: bytesOf(password) }),
    ...(will !== undefined && { will: { ...will, payload: bytesOf(will.payload) } }),
  }
}

/** @throws Error unless both have the same data; undefined properties count as absent. */
function equal(actual, expected) {
  const [one, other] = [canonical(actual), canonical(expected)]
  if (one !== other) throw new Error(`expected ${other.slice(0, 500)}, got ${one.slice(0, 500)}`)
}

function canonical(value) {
  if (typeof value !== 'object' || value === null) return String(JSON.stringify(value))
  if (Array.isArray(value)) return `[${value.map(canonical)}]`
  if (value instanceof Error) return `${value.stack}`
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  entries.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`)}}`
}
