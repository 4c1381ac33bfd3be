// The common parts of all forms of input. Nothing here requires Node, so that a page can use it.

import { utf8Decoder } from './utf8.ts'

/** Bytes of a stream and, if the input says so, where they come from. */
export interface InputChunk {
  readonly bytes: Uint8Array
  readonly connection?: string | undefined
  /** From client to server, or from server to client. */
  readonly direction?: 'c2s' | 's2c' | undefined
  /** When the chunk arrived, in milliseconds since the start of the recording. */
  readonly milliseconds?: number | undefined
}

/** Thrown for input in an unknown form, or input that violates its form. The message is safe to print. */
export class InputError extends Error {}
Object.defineProperty(InputError.prototype, 'name', {
  value: 'InputError',
  configurable: true,
  writable: true,
})

/** Reads one input, piece by piece. */
export interface FormReader {
  /** @throws InputError */
  push(piece: Uint8Array): InputChunk[]
  /** @throws InputError */
  end(): InputChunk[]
}

/** A form of input. */
export interface Form {
  /** The name with its article: `'an xxd dump'`. */
  readonly name: string
  open(): FormReader
}

/**
 * Reads the start of a text, up to where the meaning depends on the text that follows. Returns the chunks, and the number of
 * characters read. `isLast` means that no text follows.
 */
export type TextReader = (
  text: string,
  isLast: boolean,
) => { readonly chunks: InputChunk[]; readonly length: number }

/** A form of text. */
export function textForm(name: string, open: () => TextReader): Form {
  return {
    name,
    open() {
      const decoder = utf8Decoder()
      const read = open()
      let rest = ''
      const take = (text: string, isLast: boolean): InputChunk[] => {
        rest += text
        const { chunks, length } = read(rest, isLast)
        rest = rest.slice(length)
        return chunks.filter(({ bytes }) => bytes.length > 0)
      }
      return {
        push: (piece) => take(decoder.decode(piece, { stream: true }), false),
        end: () => take(decoder.decode(), true),
      }
    },
  }
}

/** Reads a text line by line. */
export interface LineReader {
  /** @param number the number of the line, from 1 */
  line(line: string, number: number): InputChunk[]
  end?(): InputChunk[]
}

/** A form of text that consists of lines. */
export function lineForm(name: string, open: () => LineReader): Form {
  return {
    name,
    open() {
      const decoder = utf8Decoder()
      const reader = open()
      let number = 0
      /** The pieces of an unfinished line. Joining them for every piece would take quadratic time. */
      let beginning: string[] = []
      const take = (text: string): InputChunk[] => {
        const [first = '', ...others] = text.split('\n')
        beginning.push(first)
        return others.flatMap((other) => {
          const chunks = endLine()
          beginning = [other]
          return chunks
        })
      }
      const endLine = (): InputChunk[] => reader.line(beginning.join('').replace(/\r$/, ''), ++number)
      return {
        push: (piece) => take(decoder.decode(piece, { stream: true })),
        end: () => [...take(decoder.decode()), ...endLine(), ...(reader.end?.() ?? [])],
      }
    },
  }
}
