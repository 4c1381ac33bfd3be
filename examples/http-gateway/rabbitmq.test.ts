import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { AmqpClient } from '../../test/interop/amqp.ts'
import { describeWith } from '../../test/interop/peers/peer.ts'
import { rabbitmq, rabbitmqCluster } from '../../test/interop/peers/rabbitmq.ts'
import { FaultRun } from './fault-run.ts'
import { describeGateway, start } from './testing.ts'

// The gateway with RabbitMQ as its broker.

const PASSWORD = 'pw:größe'
/** She may publish to keys that start with `allowed`, and has access to two virtual hosts. */
const ALICE = `alice:${PASSWORD}`

describeGateway('http-gateway', () => {
  describeWith(rabbitmq, (peer) => {
    beforeAll(() => {
      const file = join(tmpdir(), `mqtt-wire-gateway-${process.pid}.json`)
      writeFileSync(file, definitions())
      peer().control('import_definitions', file)
    })

    test.each(['/', 'other', 'a/b:c'])('the virtual host %s', async (vhost) => {
      const amqp = await AmqpClient.open(peer().amqpPort, vhost, 'alice', PASSWORD)
      const consumer = await amqp.consume('allowed.#')
      const gateway = await start(peer().port)
      const form = 'body=%00%FF'
      expect((await gateway.post({ vhost, key: 'allowed..größe', credentials: ALICE, form })).status).toBe(
        204,
      )
      const { fields, content, properties } = await consumer.next()
      expect(fields).toMatchObject({ exchange: 'amq.topic', routingKey: 'allowed..größe' })
      expect(content.toString('hex')).toBe('00ff')
      expect(properties.deliveryMode).toBe(2)
      await amqp.close()
    })

    // biome-ignore format: one row per request
    const UNAUTHORIZED = [
      { name: 'a wrong password', vhost: '/', credentials: 'alice:wrong' },
      { name: 'an empty password', vhost: '/', credentials: 'alice:' },
      { name: 'an unknown user', vhost: '/', credentials: 'bob:pw' },
      { name: 'no user', vhost: '/', credentials: ':pw' },
      { name: 'an unknown virtual host', vhost: 'nowhere', credentials: ALICE },
      { name: 'a virtual host without access for the user', vhost: 'closed', credentials: ALICE },
    ]
    test.each(UNAUTHORIZED)('$name is 401', async ({ vhost, credentials }) => {
      const gateway = await start(peer().port)
      expect((await gateway.post({ vhost, credentials, key: 'allowed.x' })).status).toBe(401)
    })

    test('a key to which the user may not publish is 403, and does not fail other messages', async () => {
      const amqp = await AmqpClient.open(peer().amqpPort)
      const consumer = await amqp.consume('#')
      const gateway = await start(peer().port)
      const keys = Array.from({ length: 300 }, (_, index) => (index % 100 === 50 ? 'forbidden' : 'allowed.x'))
      const answers = await Promise.all(
        keys.map((key, index) => gateway.post({ key, credentials: ALICE, form: { body: `${index}` } })),
      )
      expect(answers.map(({ status }) => status)).toEqual(
        keys.map((key) => (key === 'forbidden' ? 403 : 204)),
      )
      amqp.publishTo(consumer.queue, 'end')
      const arrived = (await consumer.until('end')).map(({ content }) => content.toString())
      const expected = keys.flatMap((key, index) => (key === 'forbidden' ? [] : [`${index}`]))
      expect([...new Set(arrived)].sort()).toEqual(expected.sort())
      await amqp.close()
    })

    describe.each(['restarts', 'is killed'] as const)('a broker that %s under load', (how) => {
      test('loses no message that was answered with 204', async () => {
        const gateway = await start(peer().port, { timeLimit: 60_000 })
        const run = await FaultRun.start(gateway, peer().port)
        if (how === 'restarts') peer().control('eval', 'rabbit:stop(), rabbit:start().')
        else {
          await peer().kill()
          await peer().restart()
        }
        await run.finish(how, peer().port)
      }, 120_000)
    })
  })

  describeWith(rabbitmqCluster, (peer) => {
    test('the other node takes over if a node is killed under load', async () => {
      const [first, second] = peer().nodes
      second.control('set_policy', 'mirrored', '^mqtt-subscription-', '{"ha-mode":"all"}')
      const brokers = [first, second].map(({ port }) => ({ host: '127.0.0.1', port }))
      const gateway = await start(first.port, { brokers, timeLimit: 60_000 })
      const run = await FaultRun.start(gateway, first.port)
      await first.kill()
      await run.finish('one of two nodes is killed', second.port)
    }, 120_000)
  })
})

/** Definitions of virtual hosts, and of Alice, whose permissions are limited. */
function definitions(): string {
  const salt = randomBytes(4)
  const digest = createHash('sha256').update(salt).update(PASSWORD).digest()
  const virtualHosts = ['/', 'other', 'a/b:c', 'closed']
  const open = virtualHosts.filter((name) => name !== 'closed')
  const alice = open.map((vhost) => ({ user: 'alice', vhost }))
  return JSON.stringify({
    vhosts: virtualHosts.map((name) => ({ name })),
    users: [
      {
        name: 'alice',
        password_hash: Buffer.concat([salt, digest]).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: '',
      },
    ],
    permissions: alice.map((each) => ({ ...each, configure: '.*', write: '.*', read: '.*' })),
    topic_permissions: alice.map((each) => ({
      ...each,
      exchange: 'amq.topic',
      write: '^allowed',
      read: '.*',
    })),
  })
}
