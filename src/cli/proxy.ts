// `mqtt-wire proxy`: relays between clients and a broker, prints the packets, and records them.

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { type AddressInfo, connect as connectTo, createServer, type Server, type Socket } from 'node:net'
import type { InputChunk } from '../explain/forms/form.ts'
import { DecodeError, type ParserOptions } from '../index.ts'
import { describePacket, heading } from './describe.ts'
import { Inspection } from './inspection.ts'
import { readArgs } from './options.ts'
import { Screen } from './screen.ts'
import { complain, escaped } from './terminal.ts'
import { UsageError } from './usage.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** Runs the command until it is interrupted, and returns the exit status. */
export async function proxyCommand(args: readonly string[]): Promise<number> {
  const { positionals, values, options } = readArgs(args, [], ['record'])
  const [listen, target] = positionals
  if (listen === undefined || target === undefined || positionals.length > 2)
    throw new UsageError('proxy requires two addresses: where to listen, and the broker')
  const from = addressOf(listen, 'listen')
  const to = addressOf(target, 'target')
  const recording = values.record === undefined ? undefined : createWriteStream(values.record)
  const proxy = new RecordingProxy(to, options, recording)
  try {
    if (recording !== undefined) await once(recording, 'open')
    await proxy.listen(from)
    await interrupted()
  } catch (error) {
    complain((error as Error).message)
    return 1
  } finally {
    await proxy.close()
  }
  return 0
}

/** Parses `HOST:PORT` or `[HOST]:PORT`; to listen also `PORT`, and for a target also `HOST`. */
function addressOf(text: string, use: 'listen' | 'target'): Address {
  const [, bracketed, plain, digits] = /^(?:\[(.+)\]|([^:]*?))(?:(?:^|:)(\d+))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const isPort = use === 'listen' && /^\d+$/.test(text)
  const port = Number(isPort ? text : (digits ?? (use === 'target' ? 1883 : Number.NaN)))
  if (host === undefined || !(port <= 65_535) || (use === 'target' && host === ''))
    throw new UsageError(
      `${text} is not an address; use ${use === 'listen' ? 'PORT or HOST:PORT' : 'HOST or HOST:PORT'}`,
    )
  return { host: isPort || host === '' ? '127.0.0.1' : host, port }
}

/** Resolves when the user or the system stops the program. */
function interrupted(): Promise<unknown> {
  return Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

class RecordingProxy {
  private readonly target: Address
  private readonly options: ParserOptions
  private readonly recording: WriteStream | undefined
  private readonly screen = new Screen()
  private readonly start = performance.now()
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private connections = 0

  constructor(target: Address, options: ParserOptions, recording: WriteStream | undefined) {
    this.target = target
    this.options = options
    this.recording = recording
    // Half-open: the end of one direction is forwarded, and the other direction continues.
    this.server = createServer({ allowHalfOpen: true }, (client) => this.join(client))
  }

  async listen({ host, port }: Address): Promise<void> {
    this.server.listen(port, host)
    await once(this.server, 'listening')
    const { address, port: actual } = this.server.address() as AddressInfo
    complain(`listening on ${address}:${actual}, forwarding to ${this.target.host}:${this.target.port}`)
  }

  async close(): Promise<void> {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await this.screen.finish()
    if (this.recording?.writable) await new Promise<void>((resolve) => this.recording?.end(resolve))
  }

  /** Connects a client to the target. */
  private join(client: Socket): void {
    const connection = `client ${++this.connections}`
    const broker = connectTo({ ...this.target, allowHalfOpen: true })
    const inspection = new Inspection(this.options, false)
    const malformed = new Set<string>()
    const seen = (chunk: InputChunk): void => this.print(chunk, inspection, malformed)
    this.pass(client, broker, connection, 'c2s', seen)
    this.pass(broker, client, connection, 's2c', seen)
    broker.on('error', (error) => this.say(connection, error.message))
    client.on('error', (error) => this.say(connection, error.message))
  }

  private pass(
    from: Socket,
    to: Socket,
    connection: string,
    direction: 'c2s' | 's2c',
    seen: (chunk: InputChunk) => void,
  ): void {
    this.sockets.add(from)
    from.on('data', (bytes) => {
      if (!to.write(bytes)) from.pause()
      const milliseconds = Number((performance.now() - this.start).toFixed(2))
      this.record({ milliseconds, connection, direction, bytes: bytes.toString('hex') })
      seen({ bytes, connection, direction, milliseconds })
    })
    to.on('drain', () => from.resume())
    from.on('end', () => to.end())
    from.on('close', () => {
      this.sockets.delete(from)
      to.destroySoon()
    })
  }

  private record(line: object): void {
    this.recording?.write(`${JSON.stringify(line)}\n`)
  }

  /** Prints the packets that a chunk completes. After a malformed one, the bytes of its direction are only forwarded. */
  private print(chunk: InputChunk, inspection: Inspection, malformed: Set<string>): void {
    const direction = chunk.direction!
    if (malformed.has(direction)) return
    try {
      for (const inspected of inspection.push(chunk))
        void this.screen.line(`${heading(inspected)}${describePacket(inspected.packet)}`.trimEnd())
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      malformed.add(direction)
      this.say(
        `${chunk.connection} ${direction === 'c2s' ? '→' : '←'}`,
        `${error.message}; forwarding without decoding`,
      )
    }
  }

  private say(connection: string, text: string): void {
    void this.screen.line(escaped(`${connection}: ${text}`))
  }
}
