// The lanes of all accounts, and their common limits.

import { unavailable } from './failure.js'
import { Lane } from './lane.js'

/**
 * @typedef {import('./delivery.js').Delivery} Delivery
 * @typedef {import('./request.js').Account} Account
 * @typedef {import('./request.js').Message} Message
 *
 * @typedef {object} PoolLimits
 * @property {number} maxConnections
 * @property {number} idleTimeout until an idle connection is closed, in milliseconds
 * @property {number} maxQueue the maximum number of messages that wait or are in flight
 * @property {number} maxQueueBytes the maximum size of their payloads
 * @typedef {import('./lane.js').LaneOptions & PoolLimits} PoolOptions
 * @typedef {Omit<import('./lane.js').Events, 'onLeave'>} PoolEvents
 */

export class Pool {
  /** By account, least recently used first. @type {Map<string, { lane: Lane, lastUse: number }>} */
  #lanes = new Map()
  #pending = 0
  #pendingBytes = 0
  #options
  #events
  #sweep

  /**
   * @param {PoolOptions} options
   * @param {PoolEvents} events
   */
  constructor(options, events) {
    this.#options = options
    this.#events = {
      ...events,
      /** @param {Delivery} delivery */
      onLeave: ({ message }) => {
        this.#pending--
        this.#pendingBytes -= message.payload.length
      },
    }
    this.#sweep = setInterval(() => this.#closeIdle(), options.idleTimeout / 4).unref()
  }

  get stats() {
    const lanes = Array.from(this.#lanes.values(), ({ lane }) => lane)
    const { maxConnections, maxQueue } = this.#options
    const inFlight = lanes.reduce((sum, lane) => sum + lane.inFlight, 0)
    return {
      connections: {
        open: lanes.filter(({ isOpen }) => isOpen).length,
        opening: lanes.filter(({ isOpening }) => isOpening).length,
        max: maxConnections,
      },
      queue: {
        waiting: this.#pending - inFlight,
        inFlight,
        bytes: this.#pendingBytes,
        max: maxQueue,
      },
    }
  }

  /**
   * @param {Account} account
   * @param {Message} message
   * @returns {Pick<Delivery, 'done' | 'fail'>}
   * @throws {import('./failure.js').Failure} if there is no room
   */
  publish(account, message) {
    const { maxQueue, maxQueueBytes } = this.#options
    const { length } = message.payload
    if (this.#pending >= maxQueue || this.#pendingBytes + length > maxQueueBytes)
      throw unavailable('queue-full', 'too many messages wait for the broker')
    const lane = this.#laneOf(account)
    this.#pending++
    this.#pendingBytes += length
    return lane.add(message)
  }

  async close() {
    clearInterval(this.#sweep)
    await Promise.all(Array.from(this.#lanes.values(), ({ lane }) => lane.close()))
    this.#lanes.clear()
  }

  /** @param {Account} account */
  #laneOf(account) {
    const key = JSON.stringify([account.username, account.password])
    const lane = this.#lanes.get(key)?.lane ?? this.#newLane(account)
    this.#lanes.delete(key)
    this.#lanes.set(key, { lane, lastUse: Date.now() })
    return lane
  }

  /** @param {Account} account */
  #newLane(account) {
    const closed = this.#lanes.size < this.#options.maxConnections ? undefined : this.#evict()
    return new Lane(account, this.#options, this.#events, closed)
  }

  /** Closes an idle lane: one without a connection if there is one, otherwise the least recently used. */
  #evict() {
    const idle = [...this.#lanes].filter(([, { lane }]) => !lane.isBusy)
    const victim = idle.find(([, { lane }]) => !lane.isOpen) ?? idle[0]
    if (victim === undefined) throw unavailable('too-many-connections', 'all connections are in use')
    const [key, { lane }] = victim
    this.#lanes.delete(key)
    return lane.close()
  }

  #closeIdle() {
    const before = Date.now() - this.#options.idleTimeout
    for (const [key, { lane, lastUse }] of this.#lanes) {
      if (lastUse > before) return
      if (lane.isBusy) continue
      this.#lanes.delete(key)
      lane.close()
    }
  }
}
