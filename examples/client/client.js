// An MQTT 3.1.1 client with mqtt-wire and node:net: send with promises, receive with async iteration.

import { connect as openSocket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeStream, encode } from 'mqtt-wire'

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('mqtt-wire').PacketTo<'client', Buffer>} Packet
 * @typedef {import('mqtt-wire').Publish<Buffer>} Message
 * @typedef {import('mqtt-wire').PacketInput} PacketInput
 * @typedef {import('node:net').Socket} Socket
 *
 * @typedef {object} Options Times are in milliseconds, except `keepAlive`.
 * @property {number} [port] default 1883
 * @property {string} [host] default 127.0.0.1
 * @property {string} clientId identifies the session, which continues after the connection is lost
 * @property {boolean} [cleanSession] start a new session with every connection; default false
 * @property {number} [keepAlive] seconds after which a silent connection is closed, 0 for never; default 60
 * @property {import('mqtt-wire').WillInput} [will] published by the broker if the connection is lost
 * @property {string} [username]
 * @property {string} [password]
 * @property {number} [maxPacketSize] of packets from the broker, in bytes; default 16 MiB
 * @property {number} [maxInFlight] the maximum number of unacknowledged messages; default 100
 * @property {number} [maxInbox] the number of unread messages at which the client stops reading from the broker; default 100
 * @property {number} [connectTimeout] until CONNACK must arrive; default 10,000
 * @property {number} [reconnectDelay] before the first attempt, doubled for each further attempt; default 1,000
 * @property {number} [closeTimeout] for messages in flight when you close; default 5,000
 * @property {(error: Error) => void} [onDisconnect] called for each lost connection and each failed attempt to reconnect
 *
 * @typedef {object} InFlight A packet that is sent again until the broker answers it.
 * @property {PacketInput} packet
 * @property {boolean} isSent
 * @property {(answer: Packet) => void} resolve
 * @property {(error: Error) => void} reject
 */

const LONGEST_DELAY = 60_000
const SERVER_UNAVAILABLE = 3
const CLOSED = 'the broker closed the connection'

/** Table 3.1 */
const REFUSALS = [
  'it speaks another version of MQTT',
  'it does not allow this client identifier',
  'it is unavailable',
  'user name or password is wrong',
  'the client is not authorized',
]

/** The broker answered CONNECT with a return code other than 0. */
export class ConnectionRefused extends Error {
  /** @param {number} returnCode 1 to 5 */
  constructor(returnCode) {
    super(`the broker refused the connection: ${REFUSALS[returnCode - 1]} (CONNACK ${returnCode})`)
    this.name = 'ConnectionRefused'
    this.returnCode = returnCode
  }
}

/**
 * Connects, and reconnects whenever the connection is lost.
 *
 * @param {Options} options
 * @returns {Promise<Client>}
 * @throws {ConnectionRefused} or the error of the socket, a DecodeError for bytes that are not MQTT, or an EncodeError for
 *   invalid options
 */
export async function connect(options) {
  const client = new Client(options)
  await client.open()
  return client
}

class Client {
  /** @type {Map<number, InFlight>} in the order in which they were first sent */
  #inFlight = new Map()
  /** @type {Map<string, QoS>} */
  #subscriptions = new Map()
  /** Messages of QoS 2 that the broker has not yet released. @type {Set<number>} */
  #unreleased = new Set()
  /** @type {Message[]} */
  #inbox = []
  /** @type {Socket | undefined} while connected */
  #socket
  /** @type {Socket | undefined} until CONNACK */
  #opening
  /** @type {NodeJS.Timeout | undefined} */
  #pings
  #isPingAnswered = true
  #lastPacketId = 0
  /** Callbacks for the next change of state. @type {(() => void)[]} */
  #waiting = []
  /** Set once the client has ended. @type {Error | undefined} */
  #end
  #closing = new AbortController()

  /** @param {Options} options */
  constructor(options) {
    this.options = {
      port: 1883,
      host: '127.0.0.1',
      cleanSession: false,
      keepAlive: 60,
      maxPacketSize: 16 * 1024 * 1024,
      maxInFlight: 100,
      maxInbox: 100,
      connectTimeout: 10_000,
      reconnectDelay: 1_000,
      closeTimeout: 5_000,
      onDisconnect: () => {},
      ...options,
    }
  }

  /**
   * Publishes a message. Await the result, so that you do not publish faster than the broker receives.
   *
   * @param {string} topic
   * @param {string | Uint8Array} payload
   * @param {{ qos?: QoS, retain?: boolean }} [options]
   * @returns {Promise<void>} once it is sent with QoS 0, else once the broker has acknowledged it
   */
  async publish(topic, payload, { qos = 0, retain = false } = {}) {
    const bytes = encode({ type: 'publish', topic, payload, retain }) // throws at once if the message is invalid
    if (qos === 0) return this.#sendOnce(bytes)
    await this.#request((packetId) => ({ type: 'publish', topic, payload, qos, retain, packetId }))
  }

  /**
   * Subscribes. To receive the messages, iterate over the client.
   *
   * @param {string} topicFilter
   * @param {QoS} [qos]
   * @returns {Promise<QoS>} the QoS that the broker granted
   */
  async subscribe(topicFilter, qos = 0) {
    const subscriptions = [{ topicFilter, qos }]
    const answer = await this.#request((packetId) => ({ type: 'subscribe', packetId, subscriptions }))
    const granted = answer.type === 'suback' ? answer.returnCodes[0] : 0x80
    if (granted === 0x80) throw new Error(`the broker refused the subscription to ${topicFilter}`)
    this.#subscriptions.set(topicFilter, qos)
    return /** @type {QoS} */ (granted)
  }

  /** @param {string} topicFilter */
  async unsubscribe(topicFilter) {
    await this.#request((packetId) => ({ type: 'unsubscribe', packetId, topicFilters: [topicFilter] }))
    this.#subscriptions.delete(topicFilter)
  }

  /** Yields messages as they arrive, to one loop at a time. Ends when the client is closed, and throws if it is refused. */
  async *[Symbol.asyncIterator]() {
    for (;;) {
      const message = this.#inbox.shift()
      if (message !== undefined) {
        this.#notify()
        yield message
      } else if (this.#end !== undefined) {
        if (this.#closing.signal.aborted) return
        throw this.#end
      } else await this.#change()
    }
  }

  /** Waits for messages in flight, sends DISCONNECT and closes the connection. Unacknowledged messages are rejected. */
  async close() {
    const deadline = sleep(this.options.closeTimeout, 'late', { ref: false })
    while (this.#socket !== undefined && this.#inFlight.size > 0)
      if ((await Promise.race([this.#change(), deadline])) === 'late') break
    this.#closing.abort()
    this.#notify()
    this.#opening?.destroy()
    const socket = this.#socket
    if (socket !== undefined) {
      socket.end(encode({ type: 'disconnect' })) // [MQTT-3.14.4-1]
      const closed = new Promise((resolve) => socket.once('close', resolve))
      if ((await Promise.race([closed, deadline])) === 'late') socket.destroy()
    }
    this.#finish(new Error('the client is closed'))
  }

  /** Opens a connection: sends CONNECT, waits for CONNACK, and sends packets in flight again. */
  async open() {
    const { port, host, maxPacketSize, connectTimeout } = this.options
    const { clientId, cleanSession, keepAlive, will, username, password } = this.options
    const bytes = encode({ type: 'connect', clientId, cleanSession, keepAlive, will, username, password })
    const socket = openSocket({ port, host, noDelay: true })
    this.#opening = socket
    socket.on('error', () => {}) // `packets` throws it
    socket.on('close', () => this.#notify())
    const timer = setTimeout(() => socket.destroy(new Error('no CONNACK')), connectTimeout)
    socket.write(bytes)
    const packets = decodeStream(socket, { role: 'client', maxPacketSize })
    try {
      this.#greet(socket, (await packets.next()).value)
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      clearTimeout(timer)
    }
    this.#serve(socket, packets)
  }

  /**
   * @param {Socket} socket
   * @param {AsyncIterable<Packet>} packets
   */
  async #serve(socket, packets) {
    let reason = new Error(CLOSED)
    try {
      for await (const packet of packets) {
        if (this.#closing.signal.aborted) continue // not acknowledged, so the broker sends it again over the next connection
        this.#receive(socket, packet)
        while (this.#isFull && !socket.destroyed) await this.#change()
      }
    } catch (error) {
      reason = /** @type {Error} */ (error)
    }
    socket.destroy()
    await this.#lose(reason)
  }

  /** Whether to stop reading. Not while packets are in flight, because your loop may be waiting for their answers. */
  get #isFull() {
    const { signal } = this.#closing
    return this.#inbox.length >= this.options.maxInbox && this.#inFlight.size === 0 && !signal.aborted
  }

  /**
   * @param {Socket} socket
   * @param {Packet | undefined} packet the first of a connection
   */
  #greet(socket, packet) {
    if (packet === undefined) throw new Error(CLOSED)
    if (packet.type !== 'connack') throw new Error(`${packet.type} came before CONNACK`) // [MQTT-3.2.0-1]
    if (packet.returnCode !== 0) throw new ConnectionRefused(packet.returnCode)
    this.#socket = socket
    this.#opening = undefined
    this.#isPingAnswered = true
    // Twice per keep alive. The broker waits for one and a half times the keep alive [MQTT-3.1.2-24].
    if (this.options.keepAlive > 0)
      this.#pings = setInterval(() => this.#ping(socket), this.options.keepAlive * 500)
    const inFlight = [...this.#inFlight.values()]
    if (!packet.sessionPresent) {
      this.#unreleased.clear()
      for (const [topicFilter, qos] of this.#subscriptions)
        this.subscribe(topicFilter, qos).catch(this.options.onDisconnect)
    }
    // In the order in which they were first sent [MQTT-4.4.0-1] [MQTT-4.6.0-1]. For a new session all of them are new.
    for (const each of inFlight) {
      const dup = each.isSent && packet.sessionPresent // [MQTT-3.3.1-1]
      send(socket, each.packet.type === 'publish' ? { ...each.packet, dup } : each.packet)
      each.isSent = true
    }
    this.#notify()
  }

  /**
   * @param {Socket} socket
   * @param {Packet} packet
   */
  #receive(socket, packet) {
    switch (packet.type) {
      case 'publish': {
        const { qos, packetId = 0 } = packet
        if (qos < 2 || !this.#unreleased.has(packetId)) this.#inbox.push(packet)
        if (qos === 1) send(socket, { type: 'puback', packetId }) // [MQTT-4.3.2-2]
        if (qos === 2) {
          this.#unreleased.add(packetId) // [MQTT-4.3.3-2]
          send(socket, { type: 'pubrec', packetId })
        }
        break
      }
      case 'pubrel':
        this.#unreleased.delete(packet.packetId)
        send(socket, { type: 'pubcomp', packetId: packet.packetId })
        break
      case 'pubrec': {
        const { packetId } = packet
        const inFlight = this.#inFlight.get(packetId)
        /** @type {PacketInput} */
        const pubrel = { type: 'pubrel', packetId }
        if (inFlight !== undefined) inFlight.packet = pubrel // from now on PUBREL is sent again instead
        send(socket, pubrel) // [MQTT-4.3.3-1]
        break
      }
      case 'puback': // RabbitMQ 3.10 also answers QoS 2 with it
      case 'pubcomp':
      case 'suback':
      case 'unsuback': {
        this.#inFlight.get(packet.packetId)?.resolve(packet)
        this.#inFlight.delete(packet.packetId)
        break
      }
      case 'pingresp':
        this.#isPingAnswered = true
        break
      default:
        throw new Error(`the broker sent ${packet.type} twice`)
    }
    this.#notify()
  }

  /** @param {Socket} socket */
  #ping(socket) {
    if (this.#isPingAnswered || this.#isFull) send(socket, { type: 'pingreq' })
    else socket.destroy(new Error('the broker does not answer PINGREQ'))
    this.#isPingAnswered = false
  }

  /**
   * Sends a packet until it is answered, over any number of connections.
   *
   * @param {(packetId: number) => PacketInput} packetOf
   * @returns {Promise<Packet>} the answer
   */
  async #request(packetOf) {
    while (this.#inFlight.size >= this.options.maxInFlight && this.#end === undefined) await this.#change()
    if (this.#end !== undefined) throw this.#end
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1
    while (this.#inFlight.has(this.#lastPacketId)) // [MQTT-2.3.1-2]
    const packetId = this.#lastPacketId
    const packet = packetOf(packetId)
    const bytes = encode(packet) // throws before any state changes
    return new Promise((resolve, reject) => {
      this.#inFlight.set(packetId, { packet, isSent: this.#socket !== undefined, resolve, reject })
      if (this.#socket?.writable) this.#socket.write(bytes)
      this.#notify()
    })
  }

  /** @param {Uint8Array} bytes */
  async #sendOnce(bytes) {
    while (this.#socket === undefined && this.#end === undefined) await this.#change()
    if (this.#end !== undefined) throw this.#end
    const socket = this.#socket
    await new Promise((resolve, reject) =>
      socket?.write(bytes, (error) => (error ? reject(error) : resolve(undefined))),
    )
  }

  /** @param {Error} error why the connection was lost */
  async #lose(error) {
    clearInterval(this.#pings)
    this.#socket = undefined
    this.#notify()
    let delay = this.options.reconnectDelay
    while (!this.#closing.signal.aborted) {
      this.options.onDisconnect(error)
      await sleep(delay, undefined, this.#closing).catch(() => {})
      if (this.#closing.signal.aborted) return
      delay = Math.min(2 * delay, LONGEST_DELAY)
      try {
        return await this.open()
      } catch (failure) {
        error = /** @type {Error} */ (failure)
        if (error instanceof ConnectionRefused && error.returnCode !== SERVER_UNAVAILABLE)
          return this.#finish(error)
      }
    }
  }

  /** @param {Error} error the reason with which packets in flight and later calls are rejected */
  #finish(error) {
    this.#end ??= error
    for (const { reject } of this.#inFlight.values()) reject(this.#end)
    this.#inFlight.clear()
    this.#notify()
  }

  /** @returns {Promise<void>} resolved at the next change of state */
  #change() {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #notify() {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

/**
 * Sends a packet unless the connection has ended. Packets in flight are then sent over the next one.
 *
 * @param {import('node:net').Socket} socket
 * @param {PacketInput} packet
 */
function send(socket, packet) {
  if (socket.writable) socket.write(encode(packet))
}
