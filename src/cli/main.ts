#!/usr/bin/env node
// The command `mqtt-wire`.

import { UsageError } from './usage.ts'

// A command is loaded only when it is called, because a host may lack what another command needs.
const COMMANDS = {
  decode: {
    run: async (args: readonly string[]) => (await import('./decode.ts')).decodeCommand(args),
    summary: 'decode [FILE]     print every packet of a file, or of standard input (-)',
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

A FILE contains raw MQTT bytes, hexadecimal text, or a recording: one JSON object per line, with the "bytes" of a chunk in
hexadecimal and, if known, "connection", "direction" (c2s or s2c) and "milliseconds". Without a FILE, decode prints the
session recorded in mqtt-wire's repository.

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
    process.stderr.write(`mqtt-wire: ${error.message}\n\n${HELP}`)
    process.exitCode = 2
  }
}
