import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { describeIfInstalled, type Installable } from '../../support/installed.ts'

/** A real broker on a port of this machine. */
export interface Peer {
  readonly port: number
  /** The port at which only {@link ACCOUNT} may connect. */
  readonly accountPort: number
  stop(): Promise<void>
}

export interface Installation<Running extends Peer = Peer> extends Installable {
  version(): string
  start(folder: string): Promise<Running>
}

export const ACCOUNT = { username: 'guest', password: 'guest' }

const START_MS = 90_000
const STOP_MS = 30_000

/** Tests with a running peer, if it is installed. */
export function describeWith<Running extends Peer>(
  installation: Installation<Running>,
  define: (peer: () => Running) => void,
): void {
  describeIfInstalled(installation, () => {
    const folder = mkdtempSync(join(tmpdir(), 'mqtt-wire-peer-'))
    let peer: Running
    beforeAll(async () => {
      peer = await installation.start(folder)
    }, START_MS)
    afterAll(async () => {
      await peer?.stop()
      rmSync(folder, { recursive: true, force: true })
    }, STOP_MS)
    define(() => peer)
  })
}

/** Finds `count` free ports of the loopback interface. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

interface Surroundings {
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The working directory, where a program that crashes may leave a dump. */
  readonly cwd?: string
}

/** Starts a server program, and waits until its ports accept connections. */
export async function serve(
  command: string,
  args: readonly string[],
  ports: readonly number[],
  { env, cwd }: Surroundings = {},
): Promise<{ child: ChildProcess; stop(): Promise<void> }> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  child.stderr.on('data', (text) => {
    output += text
  })
  const exited = once(child, 'exit')
  for (const port of ports) {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${output}`)
      await setTimeout(50)
    }
  }
  return {
    child,
    stop: async () => {
      child.kill()
      await exited
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
