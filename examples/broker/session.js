// The state of a client, kept between connections if the client asked for that (§3.1.2.4): its subscriptions, the
// messages to deliver, and both sides of the QoS flows (§4.3).

import Denque from 'denque'
import { lower } from './message.js'

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('./message.js').Message} Message
 * @typedef {import('./connection.js').Connection} Connection
 * @typedef {import('./limits.js').Limits} Limits
 *
 * @typedef {object} Delivery
 * @property {Message} message
 * @property {QoS} qos
 * @property {boolean} retain
 *
 * @typedef {object} InFlight A packet that is sent again over the next connection until the client answers it.
 * @property {Delivery | undefined} delivery undefined after PUBREC; then PUBREL is sent again
 * @property {Connection | undefined} sentOver
 */

export class Session {
  /** @type {Map<string, QoS>} */
  subscriptions = new Map()
  /** @type {Connection | undefined} */
  connection
  /** Messages dropped since the last log message about them. */
  dropped = 0
  #filtersLength = 0
  #limits
  #onDrop
  /** Messages of QoS 1 and 2 that are not yet sent. @type {Denque<Delivery>} */
  #queue = new Denque()
  /** The size of the queue and the messages in flight, in bytes. */
  #bytes = 0
  /** Retained messages for new subscriptions, read from the store as needed. @type {Map<string, Iterator<Message, undefined>>} */
  #retained = new Map()
  /** In the order of sending, and PUBRELs in the order of their PUBRECs [MQTT-4.6.0-4]. @type {Map<number, InFlight>} */
  #inFlight = new Map()
  /** The packets that a new connection has yet to send again. @type {Iterator<[number, InFlight], undefined> | undefined} */
  #toResend
  /** Messages of QoS 2 that the client has not released. @type {Set<number>} */
  #unreleased = new Set()
  #lastPacketId = 0

  /**
   * @param {string} clientId
   * @param {boolean} isClean whether it ends with its connection
   * @param {Limits} limits
   * @param {(session: Session) => void} onDrop called for each message that is dropped
   */
  constructor(clientId, isClean, limits, onDrop) {
    this.clientId = clientId
    this.isClean = isClean
    this.#limits = limits
    this.#onDrop = onDrop
  }

  /**
   * Resumes over a new connection. Packets in flight are sent again, in their order [MQTT-4.4.0-1] [MQTT-4.6.0-1].
   *
   * @param {Connection} connection
   */
  attach(connection) {
    this.connection = connection
    this.#toResend = this.#inFlight.entries()
    this.pump()
  }

  /**
   * @param {Message} message
   * @param {QoS} qos
   */
  deliver(message, qos) {
    const { connection } = this
    if (qos === 0) {
      // QoS 0 messages are not stored; [MQTT-3.1.2-5] requires it only for QoS 1 and 2.
      if (connection?.hasRoom) connection.send(message.packetFor({ qos }))
      else if (connection !== undefined) this.#onDrop(this)
      return
    }
    const { maxQueue, maxQueueBytes } = this.#limits
    if (this.#queue.length >= maxQueue || this.#bytes + message.cost > maxQueueBytes) {
      this.#onDrop(this)
      connection?.giveUp()
      return
    }
    this.#queue.push({ message, qos, retain: false })
    this.#bytes += message.cost
    this.pump()
  }

  /** @param {string} filter */
  hasRoomFor(filter) {
    const { maxSubscriptions, maxFiltersLength } = this.#limits
    const isLess =
      this.subscriptions.size < maxSubscriptions && this.#filtersLength + filter.length <= maxFiltersLength
    return isLess || this.subscriptions.has(filter)
  }

  /**
   * @param {string} filter
   * @param {QoS} qos
   * @param {Iterator<Message, undefined>} retained the messages for the new subscription; `pump` sends them
   */
  subscribe(filter, qos, retained) {
    if (!this.subscriptions.has(filter)) this.#filtersLength += filter.length
    this.subscriptions.set(filter, qos)
    this.#retained.set(filter, retained)
  }

  /** @param {string} filter */
  unsubscribe(filter) {
    if (this.subscriptions.delete(filter)) this.#filtersLength -= filter.length
    this.#retained.delete(filter) // [MQTT-3.10.4-2]
  }

  /** Sends as much as the connection and the limit of messages in flight allow. */
  pump() {
    while (this.connection?.hasRoom && this.#sendNext(this.connection));
  }

  /**
   * @param {Connection} connection
   * @returns {boolean} false if there is nothing to send now
   */
  #sendNext(connection) {
    const resend = this.#toResend?.next().value
    if (resend !== undefined) {
      if (resend[1].sentOver !== connection) this.#send(connection, ...resend)
      return true
    }
    this.#toResend = undefined
    if (this.#inFlight.size >= this.#limits.maxInFlight) return false
    const delivery = this.#nextRetained() ?? this.#queue.shift()
    if (delivery === undefined) return false
    const { message, qos, retain } = delivery
    if (qos === 0) connection.send(message.packetFor({ qos, retain }))
    else this.#send(connection, this.#nextPacketId(), { delivery, sentOver: undefined })
    return true
  }

  /** @returns {Delivery | undefined} */
  #nextRetained() {
    for (const [filter, messages] of this.#retained) {
      const message = messages.next().value
      if (message !== undefined) {
        const qos = lower(message.qos, this.subscriptions.get(filter) ?? 0)
        if (qos > 0) this.#bytes += message.cost
        return { message, qos, retain: true } // [MQTT-3.3.1-8]
      }
      this.#retained.delete(filter)
    }
    return undefined
  }

  #nextPacketId() {
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1
    while (this.#inFlight.has(this.#lastPacketId)) // [MQTT-2.3.1-4]
    return this.#lastPacketId
  }

  /**
   * @param {Connection} connection
   * @param {number} packetId
   * @param {InFlight} inFlight
   */
  #send(connection, packetId, inFlight) {
    const { delivery, sentOver } = inFlight
    const dup = sentOver !== undefined // [MQTT-3.3.1-1]
    this.#inFlight.set(packetId, inFlight)
    inFlight.sentOver = connection
    if (delivery === undefined) return connection.answer({ type: 'pubrel', packetId })
    const { message, qos, retain } = delivery
    connection.send(message.packetFor({ qos, retain, packetId, dup }))
  }

  /** @param {number} packetId of PUBACK or PUBCOMP */
  complete(packetId) {
    this.#forget(packetId)
    this.pump()
  }

  /** @param {number} packetId of PUBREC */
  received(packetId) {
    const { connection } = this
    if (this.#forget(packetId)) this.#inFlight.set(packetId, { delivery: undefined, sentOver: connection })
    connection?.answer({ type: 'pubrel', packetId }) // [MQTT-4.3.3-1]
  }

  /** @param {number} packetId */
  #forget(packetId) {
    this.#bytes -= this.#inFlight.get(packetId)?.delivery?.message.cost ?? 0
    return this.#inFlight.delete(packetId)
  }

  /**
   * @param {number} packetId of a PUBLISH with QoS 2
   * @returns {boolean} false if it was received before [MQTT-4.3.3-2]
   */
  accept(packetId) {
    const isNew = !this.#unreleased.has(packetId)
    this.#unreleased.add(packetId)
    return isNew
  }

  /** @param {number} packetId of PUBREL */
  release(packetId) {
    this.#unreleased.delete(packetId)
  }
}
