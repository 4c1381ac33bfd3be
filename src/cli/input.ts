// Chunks of bytes from whatever the user has: raw bytes, hexadecimal text, or a recording.

import { createReadStream, statSync } from 'node:fs'

/** A chunk, and where it comes from as far as that is known. */
export interface Piece {
  readonly bytes: Buffer
  readonly connection?: string | undefined
  readonly direction?: 'c2s' | 's2c' | undefined
  readonly milliseconds?: number | undefined
}

export interface Input {
  readonly pieces: AsyncIterable<Piece>
  /** Bytes of the input; undefined where nobody knows. */
  readonly size: number | undefined
  /** Bytes of the input that were read so far. */
  position(): number
}

/** Input that cannot be read, or is in none of the forms. */
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
 * The beginning tells the forms apart for certain: a packet that starts with a byte order mark, with `{`, or with the
 * characters of hexadecimal text alone breaks a rule in so many bytes.
 */
const ENOUGH = 64
const MARK = '\xEF\xBB\xBF' // U+FEFF, which some editors put before text
const DIGITS = '[\\da-fA-FxX\\t-\\r ,:;_-]'
const HEXADECIMAL = new RegExp(`^(${MARK})?${DIGITS}+$`)
const RECORDING = new RegExp(`^(${MARK})?\\{\\s*"\\w`)
/** What may become either. */
const UNDECIDED = new RegExp(`^(\xEF|\xEF\xBB|(${MARK})?(${DIGITS}*|\\{\\s*"?))$`)

/** A connection that is still open may send little at first, and wait. */
function isUndecided(beginning: Buffer): boolean {
  return beginning.length < ENOUGH && UNDECIDED.test(beginning.toString('latin1'))
}

function formOf(beginning: Buffer): (chunks: Chunks) => AsyncGenerator<Piece> {
  const text = beginning.toString('latin1', 0, ENOUGH)
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
    // A last 0 may be the beginning of 0x, a last digit of an odd number is half a byte: both wait for the next chunk.
    const plain = text.replace(/0x/gi, '')
    const stranger = /[^\da-f]/i.exec(plain)
    if (stranger !== null)
      throw new InputError(`the text is hexadecimal but for ${JSON.stringify(stranger[0])}`)
    const end = (plain.endsWith('0') ? plain.length - 1 : plain.length) & ~1
    digits = plain.slice(end)
    yield { bytes: Buffer.from(plain.slice(0, end), 'hex') }
  }
  if (digits.length % 2 !== 0) throw new InputError('the hexadecimal text ends in half a byte')
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
    throw new InputError(`line ${number} is not part of a recording: ${(error as Error).message}`)
  }
}
