// An MQTT 3.1.1 broker: who gets what. Import `startBroker` to run it inside your own process.

import { Connection } from './connection.js'
import { LIMITS } from './limits.js'
import { listen } from './listeners.js'
import { Message } from './message.js'
import { Retained } from './retained.js'
import { Sessions } from './sessions.js'
import { Subscriptions } from './subscriptions.js'

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('mqtt-wire').Will<Buffer>} Will
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./session.js').Delivery} Delivery
 * @typedef {import('./limits.js').Limits} Limits
 *
 * @typedef {object} OwnOptions
 * @property {number} [port] for TCP; default 1883, 0 for any free one
 * @property {string} [host] default 127.0.0.1
 * @property {number} [ws] the port for WebSocket, 0 for any free one; default none
 * @property {{ verify(username: string, password: Uint8Array): Promise<boolean> }} [users] as `loadUsers` returns them;
 *   default none: everybody may connect
 * @property {string[]} [refusedFilters] topic filters that nobody may subscribe to; default none
 * @property {(message: string) => void} [log] default nowhere
 * @typedef {OwnOptions & Partial<Limits>} Options
 */

/** §3.2.2.3 */
const UNAVAILABLE = 3
const BAD_USERNAME_OR_PASSWORD = 4
const NOT_AUTHORIZED = 5

/**
 * Starts a broker.
 *
 * @param {Options} [options]
 * @returns {Promise<Broker>} once it listens
 * @throws the error of the listener, such as EADDRINUSE
 */
export async function startBroker(options = {}) {
  const broker = new Broker(options)
  await broker.open()
  return broker
}

export class Broker {
  /** @type {Limits} */
  limits
  /** Messages that found no room at their receivers. */
  dropped = 0
  /** @type {Set<Connection>} */
  #connections = new Set()
  #subscriptions = new Subscriptions()
  #sessions
  #retained
  #options
  /** How many each session has lost since the log last said so. @type {Map<Session, number>} */
  #dropped = new Map()
  /** @type {Awaited<ReturnType<typeof listen>> | undefined} */
  #listeners

  /** @param {Options} options */
  constructor({
    port = 1883,
    host = '127.0.0.1',
    ws,
    users,
    refusedFilters = [],
    log = () => {},
    ...limits
  }) {
    this.#options = { port, host, ws, users, refusedFilters, log }
    this.limits = withDefaults(limits)
    this.#retained = new Retained(this.limits.maxRetainedBytes)
    this.#sessions = new Sessions(this.limits, {
      onDrop: (session) => this.#drop(session),
      onEnd: (session) => this.#forget(session),
    })
  }

  async open() {
    const { port, host, ws } = this.#options
    this.#listeners = await listen(
      { port, host, ws, maxMessageSize: this.limits.maxPacketSize },
      (stream) => {
        const connection = new Connection(stream, this)
        this.#connections.add(connection)
        connection.closed.then(() => this.#connections.delete(connection))
      },
    )
  }

  /** The port that TCP clients connect to. */
  get port() {
    return this.#listeners?.port ?? 0
  }

  /** The port for WebSocket, if there is one. */
  get wsPort() {
    return this.#listeners?.wsPort
  }

  /** What it holds now, and how many messages it has had to drop. */
  get stats() {
    const { dropped } = this
    return {
      connections: this.#connections.size,
      sessions: this.#sessions.size,
      retained: this.#retained.count,
      dropped,
    }
  }

  /** Lets clients read what has been sent to them, and closes. Sessions and retained messages are lost. */
  async close() {
    const listeners = this.#listeners
    this.#listeners = undefined
    const closed = listeners?.close()
    for (const connection of this.#connections) connection.close('the broker shuts down')
    await Promise.all([closed, ...Array.from(this.#connections, (connection) => connection.closed)])
  }

  /**
   * Why CONNECT is refused, if it is: the return code of Table 3.1, and a reason for the log.
   *
   * @param {string} clientId
   * @param {string | undefined} username
   * @param {Uint8Array | undefined} password
   * @returns {Promise<{ returnCode: number, reason: string } | undefined>}
   */
  async refusalOf(clientId, username, password = new Uint8Array()) {
    const { users, log } = this.#options
    if (this.#sessions.size >= this.limits.maxSessions && !this.#sessions.has(clientId))
      return { returnCode: UNAVAILABLE, reason: 'there are too many sessions' }
    if (users === undefined) return undefined
    if (username === undefined) return { returnCode: NOT_AUTHORIZED, reason: 'there is no user name' }
    try {
      if (await users.verify(username, password)) return undefined
      return { returnCode: BAD_USERNAME_OR_PASSWORD, reason: 'user name or password is wrong' }
    } catch (error) {
      log(`users: ${/** @type {Error} */ (error).message}`)
      return { returnCode: UNAVAILABLE, reason: 'the password could not be verified' }
    }
  }

  /**
   * @param {string} clientId
   * @param {boolean} cleanSession
   */
  sessionFor(clientId, cleanSession) {
    const opened = this.#sessions.open(clientId, cleanSession)
    this.#reportDropped(opened.session)
    return opened
  }

  /**
   * Gives a message to all who have subscribed to it, and keeps it if it is to be retained.
   *
   * @param {{ topic: string, payload: Uint8Array, qos: QoS, retain: boolean }} publish its payload in memory of its own
   */
  publish({ topic, payload, qos, retain }) {
    const message = new Message(topic, payload, qos)
    if (retain && !this.#retained.store(message)) {
      this.dropped++
      this.#options.log(`${show(topic)}: there is no room for another retained message`)
    }
    for (const [session, granted] of this.#subscriptions.matching(topic))
      session.deliver(message, lower(qos, granted)) // [MQTT-3.8.4-6]
  }

  /**
   * @param {Session} session
   * @param {string} filter
   * @param {QoS} qos
   * @returns {boolean} false if the subscription is refused
   */
  subscribe(session, filter, qos) {
    if (this.#options.refusedFilters.includes(filter) || !session.hasRoomFor(filter)) return false
    this.#subscriptions.add(session, filter, qos)
    session.subscribe(filter, qos, deliveries(this.#retained.matching(filter), qos)) // [MQTT-3.3.1-6]
    return true
  }

  /**
   * @param {Session} session
   * @param {string} filter
   */
  unsubscribe(session, filter) {
    this.#subscriptions.remove(session, filter)
    session.unsubscribe(filter)
  }

  /**
   * Called by a connection that has ended.
   *
   * @param {Session | undefined} session
   * @param {Will | undefined} will
   * @param {string | undefined} reason for the log
   */
  left(session, will, reason) {
    if (reason !== undefined)
      this.#options.log(`${session === undefined ? 'not connected' : show(session.clientId)}: ${reason}`)
    if (session === undefined) return
    session.connection = undefined
    this.#reportDropped(session)
    if (session.isClean) this.#sessions.end(session)
    // A server that shuts down may leave the wills for later (§3.1.2.5); this one has no later.
    if (will !== undefined && this.#listeners !== undefined) this.publish(will) // [MQTT-3.1.2-8]
  }

  /** @param {Session} session */
  #forget(session) {
    for (const filter of session.subscriptions.keys()) this.#subscriptions.remove(session, filter)
    this.#reportDropped(session)
  }

  /** @param {Session} session */
  #drop(session) {
    const count = this.#dropped.get(session) ?? 0
    if (count === 0) this.#options.log(`${show(session.clientId)}: there is no room, messages are dropped`)
    this.#dropped.set(session, count + 1)
    this.dropped++
  }

  /** @param {Session} session */
  #reportDropped(session) {
    const count = this.#dropped.get(session)
    if (count === undefined) return
    this.#options.log(`${show(session.clientId)}: messages dropped: ${count}`)
    this.#dropped.delete(session)
  }
}

/**
 * @param {Partial<Limits>} limits
 * @returns {Limits}
 */
function withDefaults(limits) {
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined)
  return { ...LIMITS, ...Object.fromEntries(given) }
}

/**
 * @param {Iterable<Message>} messages
 * @param {QoS} granted
 * @returns {Generator<Delivery, undefined>}
 */
function* deliveries(messages, granted) {
  for (const message of messages) yield { message, qos: lower(message.qos, granted), retain: true } // [MQTT-3.3.1-8]
}

/**
 * @param {QoS} one
 * @param {QoS} other
 */
function lower(one, other) {
  return /** @type {QoS} */ (Math.min(one, other))
}

/**
 * Text of a client for the log, on one line.
 *
 * @param {string} text
 */
function show(text) {
  return JSON.stringify(text.slice(0, 64))
}
