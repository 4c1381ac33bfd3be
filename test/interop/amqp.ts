import { once } from 'node:events'

// The type check does not require this folder's packages.
// biome-ignore lint/suspicious/noExplicitAny: the types of amqplib may not be installed
type Untyped = any
const { connect }: Untyped = await import('amqplib' as string)

interface ConsumeMessage {
  readonly content: Buffer
  readonly fields: { readonly routingKey: string }
  readonly properties: Untyped
}

const EXCHANGE = 'amq.topic'
const PATIENCE_MS = 20_000

/** An AMQP connection to RabbitMQ. */
export class AmqpClient {
  private readonly connection: Untyped
  private readonly channel: Untyped
  /** Why the broker closed the connection. */
  readonly failure: Promise<Error>

  private constructor(connection: Untyped, channel: Untyped) {
    this.connection = connection
    this.channel = channel
    this.failure = once(connection, 'error').then(([error]) => error as Error)
    channel.on('error', () => {}) // the connection's 'error' says it
  }

  static async open(port: number, vhost = '/', username = 'guest', password = 'guest'): Promise<AmqpClient> {
    const connection = await connect({ hostname: '127.0.0.1', port, username, password, vhost })
    return new AmqpClient(connection, await connection.createChannel())
  }

  /** Creates a queue that is bound with this key. */
  async consume(bindingKey: string): Promise<Consumer> {
    const { queue } = await this.channel.assertQueue('', { exclusive: true })
    await this.channel.bindQueue(queue, EXCHANGE, bindingKey)
    const consumer = new Consumer(queue, () => this.channel.deleteQueue(queue))
    await this.channel.consume(
      queue,
      (message: ConsumeMessage) => message !== null && consumer.add(message),
      { noAck: true },
    )
    return consumer
  }

  publish(routingKey: string, payload: string): void {
    this.channel.publish(EXCHANGE, routingKey, Buffer.from(payload))
  }

  /** Sends to a queue directly, without the exchange. */
  publishTo(queue: string, payload: string): void {
    this.channel.sendToQueue(queue, Buffer.from(payload))
  }

  /** Whether the queue exists. If it does not, this client cannot be used any more. */
  async hasQueue(name: string): Promise<boolean> {
    return this.channel.checkQueue(name).then(
      () => true,
      () => false,
    )
  }

  close(): Promise<void> {
    return this.connection.close()
  }
}

export class Consumer {
  private readonly inbox: ConsumeMessage[] = []
  private wake: () => void = () => {}
  readonly queue: string
  private readonly remove: () => Promise<unknown>

  constructor(queue: string, remove: () => Promise<unknown>) {
    this.queue = queue
    this.remove = remove
  }

  add(message: ConsumeMessage): void {
    this.inbox.push(message)
    this.wake()
  }

  async next(): Promise<ConsumeMessage> {
    while (this.inbox.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(reject, PATIENCE_MS, new Error('no message'))
        this.wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.inbox.shift()!
  }

  /** The messages before the one with this payload. */
  async until(payload: string): Promise<ConsumeMessage[]> {
    const messages: ConsumeMessage[] = []
    for (;;) {
      const message = await this.next()
      if (message.content.toString() === payload) return messages
      messages.push(message)
    }
  }

  async close(): Promise<void> {
    await this.remove()
  }
}
