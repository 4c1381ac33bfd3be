// Reads chunks of bytes from raw bytes, hexadecimal text, or a recording.

import { createReadStream, statSync } from 'node:fs'

/** A chunk, and its origin if known. */
export interface Piece {
  readonly bytes: Buffer
  readonly connection?: string | undefined
  readonly direction?: 'c2s' | 's2c' | undefined
  readonly milliseconds?: number | undefined
}

export interface Input {
  readonly pieces: AsyncIterable<Piece>
  /** The size of the input in bytes; undefined if unknown. */
  readonly size: number | undefined
  /** The number of bytes of the input read so far. */
  position(): number
}

/** Thrown for input that cannot be read or is in an unknown format. */
export class InputError extends Error {}

type Chunks = AsyncIterable<Buffer>

/** Opens a file, or standard input for `-`. */
export async function openInput(file: string): Promise<Input> {
  const size = file === '-' ? undefined : sizeOf(file)
  let position = 0
  async function* read(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
        position += chunk.length
        yield chunk
      }
    } catch (error) {
      throw new InputError((error as Error).message)
    }
  }
  const chunks = read()
  let beginning = Buffer.alloc(0)
  while (isUndecided(beginning)) {
    const next = await chunks.next()
    if (next.done) break
    beginning = Buffer.concat([beginning, next.value])
  }
  const form = formOf(beginning)
  async function* all(): AsyncGenerator<Buffer> {
    yield form === raw ? beginning : withoutMark(beginning)
    yield* chunks
  }
  return { pieces: form(all()), size, position: () => position }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch (error) {
    throw new InputError((error as Error).message)
  }
}

/*
 * The first 64 bytes identify the format reliably: a packet that starts with a byte order mark, with `{`, or with 64
 * characters of hexadecimal text breaks a rule within these bytes.
 */
const BEGINNING_LENGTH = 64
const MARK = '\xEF\xBB\xBF' // the byte order mark U+FEFF, which some editors write
const DIGITS = '[\\da-fA-FxX\\t-\\r ,:;_-]'
const HEXADECIMAL = new RegExp(`^(${MARK})?${DIGITS}+$`)
const RECORDING = new RegExp(`^(${MARK})?\\{\\s*"\\w`)
/** Matches a beginning that could still become either. */
const UNDECIDED = new RegExp(`^(\xEF|\xEF\xBB|(${MARK})?(${DIGITS}*|\\{\\s*"?))$`)

/** Whether more bytes are needed. Reads no more than that, because an open connection may pause after a few bytes. */
function isUndecided(beginning: Buffer): boolean {
  return beginning.length < BEGINNING_LENGTH && UNDECIDED.test(beginning.toString('latin1'))
}

function formOf(beginning: Buffer): (chunks: Chunks) => AsyncGenerator<Piece> {
  const text = beginning.toString('latin1', 0, BEGINNING_LENGTH)
  if (RECORDING.test(text)) return recording
  return HEXADECIMAL.test(text) ? hexadecimal : raw
}

function withoutMark(text: Buffer): Buffer {
  return text.toString('latin1').startsWith(MARK) ? text.subarray(MARK.length) : text
}

async function* raw(chunks: Chunks): AsyncGenerator<Piece> {
  for await (const bytes of chunks) yield { bytes }
}

async function* hexadecimal(chunks: Chunks): AsyncGenerator<Piece> {
  let digits = ''
  for await (const chunk of chunks) {
    const text = digits + chunk.toString('latin1').replace(/[\s,:;_-]+/g, '')
    // A trailing 0 may be the start of 0x, and a trailing odd digit is half a byte: both wait for the next chunk.
    const plain = text.replace(/0x/gi, '')
    const invalid = /[^\da-f]/i.exec(plain)
    if (invalid !== null) throw new InputError(`the hexadecimal text contains ${JSON.stringify(invalid[0])}`)
    const end = (plain.endsWith('0') ? plain.length - 1 : plain.length) & ~1
    digits = plain.slice(end)
    yield { bytes: Buffer.from(plain.slice(0, end), 'hex') }
  }
  if (digits.length % 2 !== 0) throw new InputError('the hexadecimal text has an odd number of digits')
  yield { bytes: Buffer.from(digits, 'hex') }
}

async function* recording(chunks: Chunks): AsyncGenerator<Piece> {
  const decoder = new TextDecoder()
  let rest = ''
  let number = 0
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield pieceOf(line, ++number)
  }
  if (rest.trim() !== '') yield pieceOf(rest, ++number)
}

function pieceOf(line: string, number: number): Piece {
  try {
    const { bytes, connection, direction, milliseconds } = JSON.parse(line)
    if (typeof bytes !== 'string' || !/^([\da-f]{2})*$/i.test(bytes))
      throw new Error('"bytes" is not hexadecimal text')
    return { bytes: Buffer.from(bytes, 'hex'), connection, direction, milliseconds }
  } catch (error) {
    throw new InputError(`line ${number} of the recording is invalid: ${(error as Error).message}`)
  }
}
