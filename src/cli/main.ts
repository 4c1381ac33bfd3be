#!/usr/bin/env node
// The command `mqtt-wire`.

import { complain } from './terminal.ts'
import { UsageError } from './usage.ts'
import { version } from './version.ts'

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
                              [--json | --html [PAGE.html]] [--full] [OPTIONS]`,
  },
  encode: {
    run: async (args: readonly string[]) => (await import('./encode.ts')).encodeCommand(args),
    summary: `encode [FILE]     convert the output of decode --json to bytes
                              [--hex] [--tolerate LIST]`,
  },
  proxy: {
    run: async (args: readonly string[]) => (await import('./proxy.ts')).proxyCommand(args),
    summary: `proxy [HOST:]PORT HOST[:PORT]
                              listen on the first address, connect to the second, print the packets
                              [--record FILE] [OPTIONS]`,
  },
  check: {
    run: async (args: readonly string[]) => (await import('./check/command.ts')).checkCommand(args),
    summary: 'check TARGET      run the conformance corpus against a parser or a broker',
  },
  fuzz: {
    run: async (args: readonly string[]) => (await import('./fuzz/command.ts')).fuzzCommand(args),
    summary: 'fuzz TARGET       fuzz a parser or a broker [--runs N] [--seconds N] [--seed N]',
  },
  bench: {
    run: async (args: readonly string[]) => (await import('./bench/command.ts')).benchCommand(args),
    summary: `bench TARGET      measure a parser against mqtt-wire
                              [--quick] [--only NAMES] [--gate FILE [--update]] [--rivals PACKAGES]`,
  },
} as const

const HELP = `mqtt-wire: decode MQTT 3.1.1, and test MQTT parsers and brokers

${Object.values(COMMANDS)
  .map(({ summary }) => `  mqtt-wire ${summary}`)
  .join('\n')}
  mqtt-wire help | --help | -h
  mqtt-wire --version

A FILE contains raw MQTT bytes; hexadecimal text in any usual form; base64; a dump of xxd, hexdump, od or Wireshark; the
output of tshark for a stream; a capture (pcap or pcapng), if tshark is installed; or a recording: one JSON object per line,
with the "bytes" of a chunk in hexadecimal and, if known, "connection", "direction" (c2s or s2c) and "milliseconds". Without a
FILE, encode and explain read standard input. decode requires a FILE, except in mqtt-wire's own repository, where it prints a
recorded session.

OPTIONS are those of the library:
  --role server|client        refuse what the peer of a server, or of a client, may not send
  --tolerate CODE[,CODE...]   accept packets that break these rules; CODE:TYPE+TYPE for some packet types only
  --protocols LIST            accept some of 3.1.1, 3.1 and bridge; default all
  --max-packet-size BYTES

explain --html writes a page that shows the input in a browser, to a file or to standard output.

explain and decode --json show everything in the packets, passwords included.

A TARGET is one of
  ADAPTER.mjs              a module that exports open(onPacket) or accepts(chunks). open returns a function that is called
                           with each chunk of a stream; it passes the packets to onPacket and throws to refuse a packet.
                           accepts returns true or false.
  --exec "COMMAND"         a process. It writes "ready", then reads lines: "open" for a new stream, otherwise a chunk in
                           hexadecimal. It answers each chunk with "packet JSON" for every packet, and then with "more"
                           or "refused REASON".
  mqtt://127.0.0.1:1883    a running test broker that may crash [--remote] [--rate CONNECTIONS_PER_SECOND]
                           [--patience SECONDS]; not for bench
A target can declare what it is: role, maxPacketSize, protocols, tolerate, refuses, sendsOnly, verdictsOnly. The declaration
is the export "declares" of a module, the JSON after "ready", or --declare FILE.

check and fuzz also take
  --json FILE              also write the findings as JSON
  --junit FILE             also write the findings as JUnit XML
  --format github          also annotate a GitHub workflow
  --baseline FILE          accept the findings in a JSON file; fail on new ones, and on listed ones that no longer occur

bench also takes
  --quick                  fewer and shorter rounds, for a first impression
  --only NAMES             only these workloads or operations, separated by commas: W1,"W2 encode",linearity
  --gate FILE              judge by the bounds of a JSON file: { "atLeast": { "W1 decode": 0.5 }, "atMost": { "linearity": 5 } }
  --update                 with --gate: set the bounds to three quarters of what is measured, instead of judging
  --compare FILE           show the change since a run that was saved with --json
  --json FILE              also write the results as JSON
  --chart FILE             also draw the results as SVG
  --rivals PACKAGES        also measure these, which must be installed: mqtt-packet,@sap/xb-msg-mqtt-v311,mqtts,u8-mqtt-packet

Exit status: 0 for success, 1 if the input is not valid MQTT 3.1.1, or the target has faults or misses a bound of the
gate, 2 for invalid arguments.
`

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit() // the reader has closed the pipe
})

const [name = 'help', ...rest] = process.argv.slice(2)
if (isHelp(name) || rest.includes('--help') || rest.includes('-h')) {
  process.stdout.write(HELP)
} else if (name === '--version' || name === '-v') {
  process.stdout.write(`${version()}\n`)
} else {
  try {
    if (!Object.hasOwn(COMMANDS, name))
      throw new UsageError(`unknown command ${name}; the commands are ${Object.keys(COMMANDS).join(', ')}`)
    process.exitCode = await COMMANDS[name as keyof typeof COMMANDS].run(rest)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    complain(`${error.message} (see mqtt-wire help)`)
    process.exitCode = 2
  }
}

function isHelp(name: string): boolean {
  return name === 'help' || name === '--help' || name === '-h'
}
