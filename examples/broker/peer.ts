import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ACCOUNT, freePorts, type Installation, type Peer, serve } from '../../test/interop/peers/peer.ts'
import type { Broker, Options } from './broker.js'
import { userLine } from './users.js'

const MAIN = fileURLToPath(new URL('main.js', import.meta.url))

/** The example in a separate process. */
export interface BrokerPeer extends Peer {
  readonly wsPort: number
}

export const exampleBroker: Installation<BrokerPeer> = {
  name: 'examples/broker',
  source: 'npm ci --prefix examples/broker',
  isInstalled: () => existsSync(fileURLToPath(new URL('node_modules/ws', import.meta.url))),
  version: () => createRequire(import.meta.url)('../../package.json').version,
  async start(folder) {
    const [port, wsPort, accountPort] = (await freePorts(3)) as [number, number, number]
    const users = join(folder, 'users')
    writeFileSync(users, `${await userLine(ACCOUNT.username, ACCOUNT.password)}\n`)
    const options = ['--quiet', '--port']
    const open = await serve(
      process.execPath,
      [MAIN, ...options, `${port}`, '--ws', `${wsPort}`],
      [port, wsPort],
    )
    const closed = await serve(
      process.execPath,
      [MAIN, ...options, `${accountPort}`, '--users', users],
      [accountPort],
    )
    const stop = async (): Promise<void> => {
      await Promise.all([open.stop(), closed.stop()])
    }
    return { port, wsPort, accountPort, stop }
  },
}

/** Brokers in the tests' process, each with its own options. */
export interface Embedded extends Peer {
  start(options?: Options): Promise<Broker>
}

export const embedded: Installation<Embedded> = {
  ...exampleBroker,
  async start() {
    const { startBroker } = await import('./broker.js') // fails if ws is not installed
    const brokers: Broker[] = []
    return {
      port: 0,
      accountPort: 0,
      async start(options) {
        const broker = await startBroker({ port: 0, ...options })
        brokers.push(broker)
        return broker
      },
      async stop() {
        await Promise.all(brokers.map((broker) => broker.close()))
      },
    }
  },
}
