// Recognizes the form of an input from its first bytes.

import { decodeFixedHeader } from '../../index.ts'
import { show } from '../../show.ts'
import { assertBytes } from '../../wire/bytes.ts'
import { identify } from '../identify.ts'
import { BASE64, base64, bytesOfBase64 } from './base64.ts'
import { dumpForm } from './dump.ts'
import { follow } from './follow.ts'
import { type Form, type FormReader, type InputChunk, InputError } from './form.ts'
import { HEXADECIMAL, hexadecimal } from './hexadecimal.ts'
import { listForm } from './list.ts'
import { LITERAL, literal } from './literal.ts'
import { recording } from './recording.ts'
import { beginningOfText, encodeUtf8 } from './utf8.ts'

const HOW_TO =
  'paste hexadecimal text, base64 or a hex dump, or export the bytes: tshark -r FILE -T fields -e tcp.payload, ' +
  'or in Wireshark "Follow > TCP Stream", "Show as: Raw", "Save as…"'

/** Raw MQTT bytes. */
export const raw: Form = {
  name: 'raw bytes',
  open: (): FormReader => ({ push: (bytes) => [{ bytes }], end: () => [] }),
}

/** No bytes at all. */
export const nothing: Form = { name: 'empty', open: raw.open }

/** Packet captures, which require a program to read them. */
export const capture: Form = {
  name: 'a capture file',
  open() {
    throw new InputError(
      'this is a capture file (pcap or pcapng); export the bytes of its TCP streams: ' +
        'tshark -r FILE -T fields -e tcp.payload',
    )
  },
}

const CAPTURES = ['\xa1\xb2\xc3\xd4', '\xd4\xc3\xb2\xa1', '\xa1\xb2\x3c\x4d', '\x4d\x3c\xb2\xa1', '\n\r\r\n']

/** No valid packet starts like this: the first byte would be a PUBCOMP with reserved flags. */
const RECORDING = /^(?:\xEF\xBB\xBF)?\s*\{\s*"\w/

/** How many bytes are enough to recognize every form. */
const DECISIVE = 512

/**
 * The form of an input with this beginning.
 *
 * @param isWhole whether this is the whole input
 * @returns undefined if more bytes are needed: at most 512
 * @throws InputError if it is text in an unknown form
 */
export function recognize(beginning: Uint8Array, isWhole: boolean): Form | undefined {
  if (beginning.length === 0) return isWhole ? nothing : undefined
  const isEnough = isWhole || beginning.length >= DECISIVE
  const latin1 = String.fromCharCode(...beginning.subarray(0, DECISIVE))
  for (const magic of CAPTURES) {
    if (latin1.startsWith(magic)) return capture
    if (magic.startsWith(latin1) && !isEnough) return undefined
  }
  if (RECORDING.test(latin1)) return recording
  const text = textOf(beginning.subarray(0, DECISIVE))
  if (text === undefined) return raw
  const start = text.replace(/^\s*\n(?=[^\n]*\S)/, '')
  const [line = ''] = start.split(/\r?\n/, 1)
  // The first line decides, or a long part of it, because an open connection may pause after it.
  const isLine = line.length < start.length || start.length >= LONG
  if (!isLine && !isEnough) return undefined
  const form = textualForm(start.trimStart(), line)
  if (form === undefined) throw unknownText(beginning, start)
  return form
}

/** The length of a line that is enough to recognize its form. */
const LONG = 64

function textualForm(start: string, line: string): Form | undefined {
  if (/^=+$/.test(line)) return follow
  const dump = dumpForm(line)
  if (dump !== undefined) return dump
  if (LITERAL.test(start)) return literal
  const list = listForm(start)
  if (list !== undefined) return list
  if (HEXADECIMAL.test(start.slice(0, LONG))) return hexadecimal
  if (isBase64(start.replace(/\s+/g, ''))) return base64
  return isAlmostHexadecimal(start) ? hexadecimal : undefined
}

/** Whether this is base64: its bytes may start a packet, or it ends as only base64 does. */
function isBase64(symbols: string): boolean {
  if (symbols.length < 4 || !BASE64.test(symbols)) return false
  try {
    decodeFixedHeader(bytesOfBase64(symbols.slice(0, 2)))
    return true
  } catch {
    return symbols.endsWith('=')
  }
}

/** Whether to report a wrong character as one in hexadecimal text. */
function isAlmostHexadecimal(text: string): boolean {
  return text.replace(/[^\da-f\s]/gi, '').length > 0.8 * text.length
}

function unknownText(beginning: Uint8Array, start: string): InputError {
  const { protocol = 'unknown', description } = identify(beginning) ?? {}
  if (protocol !== 'unknown') return new InputError(`this is ${description}, not MQTT`)
  return new InputError(`this is text in an unknown form: ${show(start.trimStart())}; ${HOW_TO}`)
}

/** The bytes as text; undefined if they are not UTF-8 or contain control characters. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = beginningOfText(bytes)
  return text === undefined || /[^\P{Cc}\t\n\v\f\r]/u.test(text) ? undefined : text
}

/** An input that was read to its end. */
export interface ReadInput {
  /** The recognized form, with its article: `'an xxd dump'`. */
  readonly form: string
  readonly chunks: readonly InputChunk[]
}

/**
 * Reads bytes in the forms that people paste: raw, hexadecimal text in its usual forms, dumps, base64, and more.
 *
 * @param input text, or the bytes of text or of MQTT
 * @throws InputError if the form of the input is unknown, or the input violates it
 */
export function readInput(input: Uint8Array | string): ReadInput {
  const bytes = typeof input === 'string' ? encodeUtf8(input) : input
  assertBytes(bytes)
  const form = recognize(bytes, true)!
  const reader = form.open()
  return {
    form: form.name,
    chunks: [...reader.push(bytes), ...reader.end()].filter(({ bytes }) => bytes.length > 0),
  }
}
