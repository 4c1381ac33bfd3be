import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, type Installation, type Peer, serve } from './peer.ts'

// Not the wrapper on the path: as root that becomes another user, who then lacks the cookie.
const PROGRAMS = '/usr/lib/rabbitmq/bin'
const RELEASES = '/usr/lib/rabbitmq/lib'
const SERVER = join(PROGRAMS, 'rabbitmq-server')

/** RabbitMQ with its MQTT plugin. */
export interface RabbitPeer extends Peer {
  readonly amqpPort: number
  /** Runs rabbitmqctl, which takes some seconds, and gives what it prints. */
  control(...args: string[]): string
  /** Kills the node, which has no chance to store anything, and starts it again. */
  restart(): Promise<void>
}

export const rabbitmq: Installation<RabbitPeer> = {
  name: 'RabbitMQ',
  source: 'Debian: apt-get install rabbitmq-server',
  isInstalled: () => existsSync(SERVER),
  version() {
    // To ask the program takes a second.
    const [, version] = /rabbitmq_server-([\d.]+)/.exec(readdirSync(RELEASES).join(' ')) ?? []
    return version ?? 'of an unknown version'
  },
  async start(folder) {
    const [port, amqpPort, distributionPort, daemonPort] = (await freePorts(4)) as [
      number,
      number,
      number,
      number,
    ]
    const configuration = join(folder, 'rabbitmq.conf')
    const plugins = join(folder, 'enabled_plugins')
    mkdirSync(join(folder, 'mnesia'))
    mkdirSync(join(folder, 'log'))
    writeFileSync(
      configuration,
      `listeners.tcp.1 = 127.0.0.1:${amqpPort}
mqtt.listeners.tcp.1 = 127.0.0.1:${port}
mqtt.allow_anonymous = true
log.console = false
`,
    )
    writeFileSync(plugins, '[rabbitmq_mqtt].\n')
    const env = {
      HOME: folder,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(daemonPort),
      RABBITMQ_NODENAME: `mqtt-wire-${process.pid}@localhost`,
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: configuration,
      RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    }
    const launch = () => serve(SERVER, [], [port], env)
    let { child } = await launch()
    const environment = { env: { ...process.env, ...env } }
    const control = (...args: string[]): string =>
      execFileSync(join(PROGRAMS, 'rabbitmqctl'), ['-q', ...args], { ...environment, encoding: 'utf8' })
    const restart = async (): Promise<void> => {
      const exited = once(child, 'exit')
      // The child is a shell script that waits for the node.
      process.kill(
        Number(readFileSync(join(folder, 'mnesia', `${env.RABBITMQ_NODENAME}.pid`), 'utf8')),
        'SIGKILL',
      )
      await exited
      child = (await launch()).child
    }
    const stop = async (): Promise<void> => {
      const shutDown = spawnSync(join(PROGRAMS, 'rabbitmqctl'), ['shutdown', '--timeout', '20'], environment)
      if (shutDown.status !== 0) child.kill()
      spawnSync('epmd', ['-kill'], environment) // the port mapper outlives the node
    }
    return { port, accountPort: port, amqpPort, control, restart, stop }
  },
}
