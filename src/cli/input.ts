// Opens an input: a file, standard input, or hexadecimal text on the command line, in any form that explain reads.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { type InputChunk, InputError } from '../explain/forms/form.ts'
import { capture, recognize } from '../explain/forms/recognize.ts'
import { capturedChunks } from './capture.ts'

export { InputError }

export interface Input {
  /** Its name for the user: a file, or `'standard input'`. */
  readonly name: string
  /** The recognized form, with its article: `'an xxd dump'`. */
  readonly form: string
  readonly chunks: AsyncIterable<InputChunk>
  /** The size of the input in bytes; undefined if unknown. */
  readonly size: number | undefined
  /** The number of bytes of the input read so far. */
  position(): number
}

type Pieces = AsyncIterable<Buffer> & { next(): Promise<IteratorResult<Buffer>> }

/** The name of a file for the user. */
export function nameOf(file: string): string {
  if (file === '-') return 'standard input'
  const within = relative('.', file)
  return within === '' || within.startsWith('..') ? file : within
}

/**
 * Opens a file, or standard input for `-`.
 *
 * @throws InputError if it cannot be read, or its form is unknown
 */
export async function openInput(file: string): Promise<Input> {
  const size = file === '-' ? undefined : sizeOf(file)
  return inputOf(nameOf(file), readFile(file), size, file === '-' ? undefined : file)
}

/** Opens the input of the command line: a file, standard input, or hexadecimal text in one or more arguments. */
export async function openArguments(args: readonly string[]): Promise<Input> {
  const [first = '-', ...others] = args
  const text = args.join(' ')
  if (others.length === 0 && (first === '-' || existsSync(first))) return openInput(first)
  async function* given(): AsyncGenerator<Buffer> {
    yield Buffer.from(text)
  }
  const isText = !/\p{Cc}/u.test(text)
  try {
    if (isText) return await inputOf('the argument', given(), undefined)
  } catch (error) {
    if (others.length > 0 || !(error instanceof InputError)) throw error
    throw new InputError(`there is no such file, and ${error.message}`)
  }
  throw new InputError('there is no such file, and this is not hexadecimal text')
}

async function inputOf(
  name: string,
  source: AsyncGenerator<Buffer>,
  size: number | undefined,
  file?: string,
): Promise<Input> {
  let position = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      position += piece.length
      yield piece
    }
  }
  const pieces: Pieces = counted()
  let beginning = Buffer.alloc(0)
  let form = recognize(beginning, false)
  while (form === undefined) {
    const { done, value } = await pieces.next()
    beginning = done ? beginning : Buffer.concat([beginning, value])
    form = recognize(beginning, done === true)
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield beginning
    yield* pieces
  }
  const chunks =
    form === capture
      ? capturedChunks(file ?? '', file === undefined ? all() : undefined)
      : chunksOf(form, all())
  return { name, form: form.name, chunks, size, position: () => position }
}

async function* chunksOf(
  form: NonNullable<ReturnType<typeof recognize>>,
  pieces: AsyncIterable<Buffer>,
): AsyncGenerator<InputChunk> {
  const reader = form.open()
  for await (const piece of pieces) yield* reader.push(piece)
  yield* reader.end()
}

export async function* readFile(file: string): AsyncGenerator<Buffer> {
  try {
    yield* file === '-' ? process.stdin : createReadStream(file)
  } catch (error) {
    throw new InputError((error as Error).message)
  }
}

function sizeOf(file: string): number {
  try {
    const found = statSync(file)
    if (found.isDirectory()) throw new InputError('this is a directory')
    return found.size
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError((error as Error).message)
  }
}
