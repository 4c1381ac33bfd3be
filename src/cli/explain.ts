// `mqtt-wire explain`: shows what every byte of an input means.

import type { InputChunk } from '../explain/forms/form.ts'
import { type ExplainedField, type ExplainedPacket, PacketExplainer } from '../explain/index.ts'
import type { ParserOptions } from '../index.ts'
import { annotate } from './annotate.ts'
import { progressOf } from './decode.ts'
import { actionText } from './fault.ts'
import { type Input, InputError, nameOf, openArguments } from './input.ts'
import { readArgs } from './options.ts'
import { isPageName, writePage } from './page.ts'
import { colored, type Paint, plain } from './paint.ts'
import { Screen } from './screen.ts'
import { type StreamState, Streams } from './streams.ts'
import { complain, escaped, hasColors, safeJson, widthOf } from './terminal.ts'

/** Runs the command and returns the exit status. */
export async function explainCommand(args: readonly string[]): Promise<number> {
  const { positionals, flags, options } = readArgs(args, ['json', 'full', 'html'])
  const page = flags.has('html') ? positionals.find(isPageName) : undefined
  const inputs = positionals.filter((positional) => positional !== page)
  const screen = new Screen()
  try {
    const input = await openArguments(inputs)
    if (flags.has('html')) {
      await writePage(input, options, page)
      return 0
    }
    const print = flags.has('json') ? asJson : asText(flags.has('full'))
    return await explainInput(input, options, screen, print)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    await screen.finish()
    complain(`${nameOf(inputs.join(' ') || '-')}: ${error.message}`)
    return 1
  } finally {
    await screen.finish()
  }
}

/** One direction of a connection. */
interface Stream extends StreamState {
  readonly explainer: PacketExplainer
  /** The number of bytes so far, and how many of them belong to explained packets. */
  length: number
  explained: number
  isMalformed: boolean
}

type Origin = Omit<InputChunk, 'bytes'>

interface Printer {
  packet(packet: ExplainedPacket, origin: Origin): string
  unread(length: number): string
  summary(text: string): string | undefined
}

async function explainInput(
  input: Input,
  options: ParserOptions,
  screen: Screen,
  printer: Printer,
): Promise<number> {
  const streams = new Streams<Stream>(options, (own) => {
    const { onTolerated: _, ...settings } = own
    return {
      explainer: new PacketExplainer(settings),
      length: 0,
      explained: 0,
      isMalformed: false,
      isMqtt31: false,
    }
  })
  const origins = new Map<Stream, Origin>()
  const counts = { packets: 0, bytes: 0, faults: 0 }

  const print = async (stream: Stream, packet: ExplainedPacket, origin: Origin): Promise<void> => {
    const { verdict, length } = packet
    counts.packets++
    stream.explained += length
    stream.isMalformed ||= verdict === 'malformed'
    if (verdict !== 'valid') counts.faults++
    stream.isMqtt31 ||= packet.packet?.type === 'connect' && packet.packet.protocolLevel === 3
    await screen.line(printer.packet(packet, origin))
  }

  for await (const chunk of input.chunks) {
    const stream = streams.of(chunk)
    const { bytes, ...origin } = chunk
    origins.set(stream, origin)
    stream.length += bytes.length
    counts.bytes += bytes.length
    for (const packet of stream.explainer.push(bytes)) await print(stream, packet, origin)
    screen.progress(() => progressOf(input, counts))
  }
  for (const stream of streams.values()) {
    const last = stream.explainer.end()
    if (last !== undefined) await print(stream, last, origins.get(stream)!)
    if (stream.length > stream.explained) await screen.line(printer.unread(stream.length - stream.explained))
  }
  const summary = printer.summary(summaryOf(input, counts))
  if (summary !== undefined) await screen.line(summary)
  return counts.faults === 0 ? 0 : 1
}

function summaryOf(
  { name, form }: Input,
  { packets, bytes, faults }: Record<'packets' | 'bytes' | 'faults', number>,
): string {
  if (bytes === 0) return `${name}: empty.`
  const verdict = faults === 0 ? 'all valid' : faults === packets ? 'not valid' : `${packets - faults} valid`
  return `${name}: ${form}, ${count(packets, 'packet')} in ${count(bytes, 'byte')}, ${verdict}.`
}

const count = (number: number, what: string): string =>
  `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`

function asText(isFull: boolean): Printer {
  const paint: Paint = hasColors(process.stdout) ? colored : plain
  const layout = { width: widthOf(process.stdout), paint, isFull }
  return {
    packet(packet, origin) {
      const { fault, verdict, offset } = packet
      const lines = [titleOf(packet, origin, paint), ...annotate(packet, layout)]
      if (fault !== undefined && verdict === 'malformed')
        lines.push(
          paint(
            'fault',
            `  ${fault.code}, byte ${fault.offset - offset} of the packet: ${actionText(fault.action)}`,
          ),
        )
      return `${lines.join('\n')}\n`
    },
    unread: (length) =>
      paint(
        'dim',
        `${count(length, 'byte')} after the malformed packet ${length === 1 ? 'was' : 'were'} not read.\n`,
      ),
    summary: (text) => escaped(text),
  }
}

function titleOf({ type, offset, length, verdict }: ExplainedPacket, origin: Origin, paint: Paint): string {
  const { connection, direction, milliseconds } = origin
  const place = [
    ...(milliseconds === undefined ? [] : [`${milliseconds.toFixed(2)} ms`]),
    ...(connection === undefined ? [] : [escaped(connection)]),
    ...(direction === undefined ? [] : [direction === 'c2s' ? '→' : '←']),
  ].join(' ')
  const name = type === undefined ? 'reserved packet type' : type.toUpperCase()
  const mark = verdict === 'valid' ? '' : paint('fault', ` ${verdict}`)
  return `${place === '' ? '' : `${place} `}${paint('type', name)}${mark}${paint('dim', `, byte ${offset}, ${count(length, 'byte')}`)}`
}

const asJson: Printer = {
  packet: (packet, origin) => safeJson({ ...origin, ...packet }, inHexadecimal),
  unread: (length) => safeJson({ unreadLength: length }),
  summary: () => undefined,
}

/** Writes bytes as hexadecimal text, but only for fields without parts other than bits: other fields would repeat them. */
function inHexadecimal(this: Partial<ExplainedField>, name: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  const [part] = this.fields ?? []
  return name === 'bytes' && part !== undefined && part.bits === undefined
    ? undefined
    : Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')
}
