// What the broker keeps for a client, over connections if the client asked for that (§3.1.2.4): its subscriptions, the
// messages that it has yet to get, and both sides of the QoS flows (§4.3).

import { encode } from 'mqtt-wire'
import { Fifo } from './fifo.js'

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
 * @typedef {object} InFlight What is sent again over the next connection until the client has answered it.
 * @property {Delivery | undefined} delivery undefined once the client has it, by PUBREC: then PUBREL is sent again
 * @property {Connection | undefined} sentOver
 */

export class Session {
  /** @type {Map<string, QoS>} */
  subscriptions = new Map()
  /** @type {Connection | undefined} */
  connection
  #filtersLength = 0
  #limits
  #onDrop
  /** Messages of QoS 1 and 2 that are not sent yet. @type {Fifo<Delivery>} */
  #queue = new Fifo()
  /** What the queue and the messages in flight take. */
  #bytes = 0
  /** Retained messages for new subscriptions, read from the store as the client takes them. @type {Map<string, Iterator<Delivery>>} */
  #retained = new Map()
  /** In the order in which they were sent, and PUBRELs in the order of their PUBRECs [MQTT-4.6.0-4]. @type {Map<number, InFlight>} */
  #inFlight = new Map()
  /** The rest of what a new connection has to send again. @type {Iterator<[number, InFlight]> | undefined} */
  #again
  /** Messages of QoS 2 that the client has not released. @type {Set<number>} */
  #unreleased = new Set()
  #lastPacketId = 0

  /**
   * @param {string} clientId
   * @param {boolean} isClean it ends with its connection
   * @param {Limits} limits
   * @param {(session: Session) => void} onDrop called for each message that finds no room
   */
  constructor(clientId, isClean, limits, onDrop) {
    this.clientId = clientId
    this.isClean = isClean
    this.#limits = limits
    this.#onDrop = onDrop
  }

  /**
   * Goes on over a new connection: what is in flight is sent again, in its order [MQTT-4.4.0-1] [MQTT-4.6.0-1].
   *
   * @param {Connection} connection
   */
  attach(connection) {
    this.connection = connection
    this.#again = this.#inFlight.entries()
    this.pump()
  }

  /**
   * @param {Message} message
   * @param {QoS} qos
   */
  deliver(message, qos) {
    if (qos === 0) {
      // A QoS 0 message is not kept for later; [MQTT-3.1.2-5] asks that for QoS 1 and 2 only.
      if (this.connection?.hasRoom) this.connection.send(message.packetFor({ qos }))
      else if (this.connection !== undefined) this.#onDrop(this)
      return
    }
    const { maxQueue, maxQueueBytes } = this.#limits
    if (this.#queue.length >= maxQueue || this.#bytes + message.cost > maxQueueBytes) {
      this.#onDrop(this)
      this.connection?.giveUp()
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
   * @param {Iterator<Delivery>} retained the messages for the new subscription; `pump` sends them
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

  /** Sends as much as the connection and the limit of messages in flight let through. */
  pump() {
    while (this.connection?.hasRoom && this.#sendNext(this.connection));
  }

  /**
   * @param {Connection} connection
   * @returns {boolean} false if there is nothing to send now
   */
  #sendNext(connection) {
    const [packetId, inFlight] = this.#again?.next().value ?? []
    if (packetId !== undefined && inFlight !== undefined) {
      if (inFlight.sentOver !== connection) this.#send(connection, packetId, inFlight)
      return true
    }
    this.#again = undefined
    if (this.#inFlight.size >= this.#limits.maxInFlight) return false
    const delivery = this.#nextRetained() ?? this.#queue.shift()
    if (delivery === undefined) return false
    if (delivery.qos === 0) {
      connection.send(delivery.message.packetFor(delivery))
      return true
    }
    do this.#lastPacketId = (this.#lastPacketId % 65_535) + 1
    while (this.#inFlight.has(this.#lastPacketId)) // [MQTT-2.3.1-4]
    const first = { delivery, sentOver: undefined }
    this.#inFlight.set(this.#lastPacketId, first)
    this.#send(connection, this.#lastPacketId, first)
    return true
  }

  /**
   * @param {Connection} connection
   * @param {number} packetId
   * @param {InFlight} inFlight
   */
  #send(connection, packetId, inFlight) {
    const { delivery, sentOver } = inFlight
    const dup = sentOver !== undefined // [MQTT-3.3.1-1]
    inFlight.sentOver = connection
    if (delivery === undefined) connection.send([encode({ type: 'pubrel', packetId })])
    else connection.send(delivery.message.packetFor({ ...delivery, packetId, dup }))
  }

  /** @returns {Delivery | undefined} */
  #nextRetained() {
    for (const [filter, deliveries] of this.#retained) {
      const { value } = deliveries.next()
      if (value !== undefined) {
        if (value.qos > 0) this.#bytes += value.message.cost
        return value
      }
      this.#retained.delete(filter)
    }
    return undefined
  }

  /** @param {number} packetId of PUBACK or PUBCOMP */
  complete(packetId) {
    this.#free(this.#inFlight.get(packetId))
    this.#inFlight.delete(packetId)
    this.pump()
  }

  /** @param {number} packetId of PUBREC */
  received(packetId) {
    const { connection } = this
    if (this.#inFlight.has(packetId)) {
      this.#free(this.#inFlight.get(packetId))
      this.#inFlight.delete(packetId)
      this.#inFlight.set(packetId, { delivery: undefined, sentOver: connection })
    }
    connection?.send([encode({ type: 'pubrel', packetId })]) // [MQTT-4.3.3-1]
  }

  /** @param {InFlight | undefined} inFlight */
  #free(inFlight) {
    this.#bytes -= inFlight?.delivery?.message.cost ?? 0
  }

  /**
   * @param {number} packetId of a PUBLISH with QoS 2
   * @returns {boolean} whether it is new, and not one that is sent again [MQTT-4.3.3-2]
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
