// An MQTT 3.1.1 broker. Import `startBroker` to run it in your own process.

import { randomUUID } from 'node:crypto'
import { Connection } from './connection.js'
import { LIMITS } from './limits.js'
import { listen } from './listeners.js'
import { lower, Message } from './message.js'
import { Retained } from './retained.js'
import { Session } from './session.js'
import { Subscriptions } from './subscriptions.js'

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('mqtt-wire').Will<Buffer>} Will
 * @typedef {import('./limits.js').Limits} Limits
 *
 * @typedef {object} OwnOptions
 * @property {number} [port] for TCP; default 1883, 0 for any free one
 * @property {string} [host] default 127.0.0.1
 * @property {number} [ws] the port for WebSocket, 0 for any free one; default none
 * @property {{ verify(username: string, password: Uint8Array): Promise<boolean> }} [users] the result of `loadUsers`;
 *   default none: anyone may connect
 * @property {string[]} [refusedFilters] topic filters that are refused in SUBSCRIBE; default none
 * @property {(message: string) => void} [log] called with each log message; default none
 * @typedef {OwnOptions & Partial<Limits>} Options
 */

/** @type {Required<Omit<OwnOptions, 'ws' | 'users'>> & Limits} */
const DEFAULTS = { port: 1883, host: '127.0.0.1', refusedFilters: [], log: () => {}, ...LIMITS }

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
  /** @type {Set<Connection>} */
  #connections = new Set()
  /** By client identifier. @type {Map<string, Session>} */
  #sessions = new Map()
  #subscriptions = new Subscriptions()
  #retained
  /** Messages dropped because a queue was full. */
  #dropped = 0
  /** @type {Awaited<ReturnType<typeof listen>> | undefined} */
  #listeners

  /** @param {Options} options */
  constructor(options) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined)
    /** @type {OwnOptions & typeof DEFAULTS} */
    this.options = { ...DEFAULTS, ...Object.fromEntries(given) }
    this.#retained = new Retained(this.options.maxRetainedBytes)
  }

  async open() {
    this.#listeners = await listen(this.options, (stream) => {
      const connection = new Connection(stream, this)
      this.#connections.add(connection)
      connection.closed.then(() => this.#connections.delete(connection))
    })
  }

  /** The TCP port. */
  get port() {
    return this.#listeners?.port ?? 0
  }

  /** The WebSocket port, if there is one. */
  get wsPort() {
    return this.#listeners?.wsPort
  }

  /** What the broker holds now, and the number of messages that it has dropped. */
  get stats() {
    return {
      connections: this.#connections.size,
      sessions: this.#sessions.size,
      retained: this.#retained.count,
      dropped: this.#dropped,
    }
  }

  /** Lets clients read what was sent to them, then closes. Sessions and retained messages are lost. */
  async close() {
    const listeners = this.#listeners
    this.#listeners = undefined
    const closed = listeners?.close()
    for (const connection of this.#connections) connection.close('the broker shuts down')
    await Promise.all([closed, ...Array.from(this.#connections, (connection) => connection.closed)])
  }

  /**
   * Returns why a CONNECT is refused: the return code of Table 3.1 and a reason for the log; undefined if it is accepted.
   *
   * @param {import('mqtt-wire').Connect<Buffer>} connect
   * @returns {Promise<{ returnCode: number, reason: string } | undefined>}
   */
  async refusalOf({ clientId, username, password = Buffer.alloc(0) }) {
    const { users, maxSessions, log } = this.options
    if (this.#sessions.size >= maxSessions && !this.#sessions.has(clientId))
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
   * Resumes the client's session, or creates a new one (§3.1.2.4).
   *
   * @param {string} clientId
   * @param {boolean} isClean
   * @returns {{ session: Session, sessionPresent: boolean }}
   */
  sessionFor(clientId, isClean) {
    this.#sessions.get(clientId)?.connection?.close('the client has connected again') // [MQTT-3.1.4-2]
    const last = this.#sessions.get(clientId)
    if (last !== undefined) {
      this.#reportDropped(last)
      if (!isClean) return { session: last, sessionPresent: true } // [MQTT-3.2.2-2]
      this.#end(last) // [MQTT-3.1.2-6]
    }
    const session = new Session(clientId || randomUUID(), isClean, this.options, this.#drop) // [MQTT-3.1.3-6]
    this.#sessions.set(session.clientId, session)
    return { session, sessionPresent: false } // [MQTT-3.2.2-1] [MQTT-3.2.2-3]
  }

  /**
   * Delivers a message to its subscribers, and stores it if it is retained.
   *
   * @param {{ topic: string, payload: Uint8Array, qos: QoS, retain: boolean }} publish whose payload is not a view of a chunk
   */
  publish({ topic, payload, qos, retain }) {
    const message = new Message(topic, payload, qos)
    if (retain && !this.#retained.store(message)) {
      this.#dropped++
      this.options.log(`${show(topic)}: there is no room for another retained message`)
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
    if (this.options.refusedFilters.includes(filter) || !session.hasRoomFor(filter)) return false
    this.#subscriptions.add(session, filter, qos)
    session.subscribe(filter, qos, this.#retained.matching(filter)) // [MQTT-3.3.1-6]
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
   * Called by a connection when it has ended.
   *
   * @param {Session | undefined} session
   * @param {Will | undefined} will
   * @param {string | undefined} reason for the log
   */
  left(session, will, reason) {
    const name = session === undefined ? 'not connected' : show(session.clientId)
    if (reason !== undefined) this.options.log(`${name}: ${reason}`)
    if (session === undefined) return
    session.connection = undefined
    this.#reportDropped(session)
    if (session.isClean) this.#end(session)
    // A server that shuts down may defer the wills until it restarts (§3.1.2.5). This one forgets its state.
    if (will !== undefined && this.#listeners !== undefined) this.publish(will) // [MQTT-3.1.2-8]
  }

  /** @param {Session} session */
  #end(session) {
    this.#sessions.delete(session.clientId)
    for (const filter of session.subscriptions.keys()) this.#subscriptions.remove(session, filter)
  }

  /** @param {Session} session */
  #drop = (session) => {
    this.#dropped++
    if (session.dropped++ === 0)
      this.options.log(`${show(session.clientId)}: there is no room, messages are dropped`)
  }

  /** @param {Session} session */
  #reportDropped(session) {
    if (session.dropped > 0)
      this.options.log(`${show(session.clientId)}: messages dropped: ${session.dropped}`)
    session.dropped = 0
  }
}

/**
 * Escapes a client's text for the log, on one line.
 *
 * @param {string} text
 */
function show(text) {
  return JSON.stringify(text.slice(0, 64))
}
