#!/usr/bin/env node
// The command `mqtt-wire`.

import { complain } from './terminal.ts'
import { UsageError } from './usage.ts'

// A command is loaded only when it is called, because a host may lack what another command needs.
const COMMANDS = {
  decode: {
    run: async (args: readonly string[]) => (await import('./decode.ts')).decodeCommand(args),
    summary: `decode [FILE]     print every packet of a file, or of standard input (-)
                              [--json] [OPTIONS]`,
  },
  explain: {
    run: async (args: readonly string[]) => (await import('./explain.ts')).explainCommand(args),
    summary: `explain [INPUT]   show what every byte means; INPUT is a FILE, - or hexadecimal text
                              [--json] [--full] [OPTIONS]`,
  },
  encode: {
    run: async (args: readonly string[]) => (await import('./encode.ts')).encodeCommand(args),
    summary: `encode [FILE]     turn what decode --json prints into bytes
                              [--hex] [--tolerate LIST]`,
  },
  proxy: {
    run: async (args: readonly string[]) => (await import('./proxy.ts')).proxyCommand(args),
    summary: `proxy [HOST:]PORT HOST[:PORT]
                              listen at the first address, connect to the second, print what passes
                              [--record FILE] [OPTIONS]`,
  },
  fuzz: {
    run: async (args: readonly string[]) => (await import('./fuzz/command.ts')).fuzzCommand(args),
    summary: `fuzz ADAPTER      fuzz the parser that the module ADAPTER opens
                              [--runs N] [--seconds N] [--seed N] [--json FILE]`,
  },
} as const

const HELP = `mqtt-wire: decode MQTT 3.1.1, and test MQTT parsers

${Object.values(COMMANDS)
  .map(({ summary }) => `  mqtt-wire ${summary}`)
  .join('\n')}

A FILE contains raw MQTT bytes; hexadecimal text in any usual form; base64; a dump of xxd, hexdump, od or Wireshark; what
tshark prints for a stream; a capture (pcap or pcapng), if tshark is installed; or a recording: one JSON object per line,
with the "bytes" of a chunk in hexadecimal and, if known, "connection", "direction" (c2s or s2c) and "milliseconds". Without a
FILE, decode prints the session recorded in mqtt-wire's repository, and the other commands read standard input.

OPTIONS are those of the library:
  --role server|client        refuse what the peer of a server, or of a client, may not send
  --tolerate CODE[,CODE...]   accept packets that break these rules; CODE:TYPE+TYPE for some packet types only
  --protocols LIST            of 3.1.1, 3.1 and bridge; default all
  --max-packet-size BYTES

explain and decode --json show everything that is in the packets, passwords included.

An ADAPTER is a module that exports open(onPacket) or accepts(chunks). open returns a function that is called with each chunk
of a stream; it passes the packets to onPacket and throws to refuse a packet. accepts returns true or false.

Exit status: 0 for success, 1 if the input is not valid MQTT 3.1.1 or the parser has faults, 2 for invalid arguments.
`

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit() // the reader has closed the pipe
})

const [name = '--help', ...rest] = process.argv.slice(2)
if (name === '--help' || rest.includes('--help')) {
  process.stdout.write(HELP)
} else {
  try {
    if (!Object.hasOwn(COMMANDS, name)) throw new UsageError(`unknown command ${name}`)
    process.exitCode = await COMMANDS[name as keyof typeof COMMANDS].run(rest)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    complain(error.message)
    process.stderr.write(`\n${HELP}`)
    process.exitCode = 2
  }
}
