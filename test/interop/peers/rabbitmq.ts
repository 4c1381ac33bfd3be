import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts, type Installation, type Peer, serve } from './peer.ts'

// Not the wrapper on the path, which becomes another user if started as root, and then cannot read the cookie.
const PROGRAMS = '/usr/lib/rabbitmq/bin'
const RELEASES = '/usr/lib/rabbitmq/lib'
const SERVER = join(PROGRAMS, 'rabbitmq-server')

/** RabbitMQ with its MQTT plugin. */
export interface RabbitPeer extends Peer {
  readonly amqpPort: number
  /** Runs rabbitmqctl, which takes some seconds, and returns its output. */
  control(...args: string[]): string
  /** Kills the node, so that it cannot store anything. */
  kill(): Promise<void>
  /** Starts the node again. */
  restart(): Promise<void>
}

/** Two nodes of one cluster. */
export interface ClusterPeer extends Peer {
  readonly nodes: readonly [RabbitPeer, RabbitPeer]
}

export const rabbitmq: Installation<RabbitPeer> = {
  name: 'RabbitMQ',
  source: 'Debian: apt-get install rabbitmq-server',
  isInstalled: () => existsSync(SERVER),
  version() {
    // Asking the program takes a second.
    const [, version] = /rabbitmq_server-([\d.]+)/.exec(readdirSync(RELEASES).join(' ')) ?? []
    return version ?? 'of an unknown version'
  },
  async start(folder) {
    const [daemonPort] = (await freePorts(1)) as [number]
    return startNode(folder, { name: nodeName(''), home: folder, daemonPort, cluster: [] })
  },
}

/** Two nodes of RabbitMQ. The ports of {@link Peer} are those of the first. */
export const rabbitmqCluster: Installation<ClusterPeer> = {
  ...rabbitmq,
  name: 'a cluster of RabbitMQ',
  async start(folder) {
    const [daemonPort] = (await freePorts(1)) as [number]
    const cluster = [nodeName('-a'), nodeName('-b')] as const
    const node = (name: string): Promise<RabbitPeer> => {
      const own = join(folder, name)
      mkdirSync(own)
      return startNode(own, { name, home: folder, daemonPort, cluster })
    }
    const first = await node(cluster[0])
    const second = await node(cluster[1])
    const stop = async (): Promise<void> => {
      await Promise.all([first.kill(), second.kill()]) // one alone would wait for the other
      await first.stop()
    }
    return { port: first.port, accountPort: first.port, nodes: [first, second], stop }
  },
}

const nodeName = (suffix: string): string => `mqtt-wire-${process.pid}${suffix}@localhost`

interface Node {
  readonly name: string
  /** The folder of the cookie, which the nodes of a cluster share. */
  readonly home: string
  readonly daemonPort: number
  /** The names of all nodes of the cluster. */
  readonly cluster: readonly string[]
}

async function startNode(folder: string, { name, home, daemonPort, cluster }: Node): Promise<RabbitPeer> {
  const [port, amqpPort, distributionPort] = (await freePorts(3)) as [number, number, number]
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
${cluster.map((node, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${node}\n`).join('')}`,
  )
  writeFileSync(plugins, '[rabbitmq_mqtt].\n')
  const env = {
    HOME: home,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(daemonPort),
    RABBITMQ_NODENAME: name,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: configuration,
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  }
  const launch = () => serve(SERVER, [], [port, amqpPort], { env, cwd: folder })
  let { child } = await launch()
  const environment = { cwd: folder, env: { ...process.env, ...env } }
  const control = (...args: string[]): string =>
    execFileSync(join(PROGRAMS, 'rabbitmqctl'), ['-q', ...args], { ...environment, encoding: 'utf8' })
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  const kill = async (): Promise<void> => {
    if (hasEnded()) return
    const exited = once(child, 'exit')
    // The child is a shell script that waits for the node.
    process.kill(Number(readFileSync(join(folder, 'mnesia', `${name}.pid`), 'utf8')), 'SIGKILL')
    await exited
  }
  const restart = async (): Promise<void> => {
    child = (await launch()).child
  }
  const stop = async (): Promise<void> => {
    if (!hasEnded()) {
      const shutDown = spawnSync(join(PROGRAMS, 'rabbitmqctl'), ['shutdown', '--timeout', '20'], environment)
      if (shutDown.status !== 0) child.kill()
    }
    spawnSync('epmd', ['-kill'], environment) // the port mapper outlives the nodes
  }
  return { port, accountPort: port, amqpPort, control, kill, restart, stop }
}
