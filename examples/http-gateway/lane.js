// Sends the messages of one account, over one connection at a time.

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { EncodeError } from 'mqtt-wire'
import { ConnectionRefused, connect } from '../client/client.js'
import { Delivery } from './delivery.js'
import { Failure, unauthorized, unavailable } from './failure.js'

/**
 * @typedef {import('./request.js').Account} Account
 * @typedef {import('./request.js').Message} Message
 * @typedef {Awaited<ReturnType<typeof connect>>} Client
 *
 * @typedef {object} Address
 * @property {string} host
 * @property {number} port
 *
 * @typedef {object} LaneOptions
 * @property {Address[]} brokers tried in turn
 * @property {number} maxInFlight the maximum number of messages without PUBACK
 * @property {number} timeLimit until PUBACK, for each message, in milliseconds
 * @property {number} connectTimeout for CONNACK, in milliseconds
 *
 * @typedef {object} Events
 * @property {(delivery: Delivery) => void} onLeave called when a message leaves the queue
 * @property {() => void} onResend
 * @property {(error: Error) => void} onLost called when a connection is lost or cannot be opened
 */

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 2_000
const CLOSE_TIMEOUT_MS = 1_000
/** Table 3.1: bad user name or password, and not authorized. */
const BAD_CREDENTIALS = [4, 5]
/** After a connection was lost this often with only this message in flight, the message is considered the reason. */
const MAX_LOSSES_ALONE = 3

export class Lane {
  /** @type {Set<Delivery>} */
  #waiting = new Set()
  /** Messages that were in flight when the connection was lost. They are sent again one at a time. @type {Set<Delivery>} */
  #suspects = new Set()
  /** @type {Set<Delivery>} */
  #inFlight = new Set()
  #isProbing = false
  /** @type {Client | undefined} */
  #client
  /** @type {Promise<void> | undefined} */
  #opening
  #closing = new AbortController()
  /** Whether the last attempt to connect failed. */
  #isUnreachable = false
  /** The index of the broker to try, modulo their number. */
  #turn = 0
  #account
  #options
  #events
  #mayOpen

  /**
   * @param {Account} account
   * @param {LaneOptions} options
   * @param {Events} events
   * @param {Promise<void>} [mayOpen] resolved when there is room for a connection
   */
  constructor(account, options, events, mayOpen) {
    this.#account = account
    this.#options = options
    this.#events = events
    this.#mayOpen = mayOpen
  }

  get isOpen() {
    return this.#client !== undefined
  }

  get isOpening() {
    return this.#opening !== undefined
  }

  /** Whether a request waits for an answer. */
  get isBusy() {
    return this.#waiting.size > 0 || this.#suspects.size > 0 || !this.#isAbandoned()
  }

  /** The number of messages without PUBACK. */
  get inFlight() {
    return this.#inFlight.size
  }

  /**
   * @param {Message} message
   * @returns {Delivery}
   */
  add(message) {
    const delivery = new Delivery(message, (settled) => {
      clearTimeout(timer)
      if (this.#waiting.delete(settled) || this.#suspects.delete(settled)) this.#events.onLeave(settled)
    })
    const timer = setTimeout(() => this.#expire(delivery), this.#options.timeLimit)
    this.#waiting.add(delivery)
    this.#pump()
    return delivery
  }

  /** Closes the connection, and does not open another. */
  async close() {
    this.#closing.abort()
    await this.#opening
    const client = this.#client
    this.#client = undefined
    await client?.close()
  }

  #pump() {
    if (!this.#hasWork) return
    if (this.#client === undefined) {
      this.#opening ??= this.#open().finally(() => {
        this.#opening = undefined
        this.#pump()
      })
      return
    }
    if (this.#inFlight.size === 0) this.#isProbing = false
    while (this.#inFlight.size < this.#window) {
      const [delivery] = this.#suspects.size > 0 ? this.#suspects : this.#waiting
      if (delivery === undefined) return
      this.#isProbing = this.#suspects.delete(delivery)
      this.#waiting.delete(delivery)
      this.#send(this.#client, delivery)
    }
  }

  get #hasWork() {
    return this.#waiting.size + this.#suspects.size > 0 && !this.#closing.signal.aborted
  }

  get #window() {
    return this.#isProbing || this.#suspects.size > 0 ? 1 : this.#options.maxInFlight
  }

  /**
   * @param {Client} client
   * @param {Delivery} delivery
   */
  async #send(client, delivery) {
    this.#inFlight.add(delivery)
    if (delivery.isSent) this.#events.onResend()
    delivery.isSent = true
    const { topic, payload, retain } = delivery.message
    try {
      await client.publish(topic, payload, { qos: 1, retain })
      delivery.succeed() // the only place where a delivery succeeds
    } catch (error) {
      if (client !== this.#client) return // the message is sent again
      delivery.fail(/** @type {Error} */ (error))
    }
    if (client === this.#client && this.#inFlight.delete(delivery)) this.#events.onLeave(delivery)
    this.#pump()
  }

  async #open() {
    await this.#mayOpen
    for (let delay = FIRST_DELAY_MS; this.#hasWork; delay *= 2) {
      try {
        return await this.#connect()
      } catch (error) {
        const failure = permanent(/** @type {Error} */ (error))
        if (failure !== undefined) {
          for (const delivery of [...this.#waiting, ...this.#suspects]) delivery.fail(failure)
          return
        }
        this.#isUnreachable = true
        this.#turn++
        this.#events.onLost(/** @type {Error} */ (error))
        await sleep(Math.min(delay, LONGEST_DELAY_MS), undefined, this.#closing).catch(() => {})
      }
    }
  }

  async #connect() {
    const { brokers, maxInFlight, connectTimeout } = this.#options
    /** @type {(error: Error) => void} */
    let onDisconnect = () => {}
    const lost = /** @type {Promise<Error>} */ (
      new Promise((resolve) => {
        onDisconnect = resolve
      })
    )
    const client = await connect({
      ...brokers[this.#turn % brokers.length],
      ...this.#account,
      clientId: `http${randomUUID().replaceAll('-', '').slice(0, 19)}`, // valid for every broker [MQTT-3.1.3-5]
      cleanSession: true,
      maxInFlight,
      connectTimeout,
      closeTimeout: CLOSE_TIMEOUT_MS,
      onDisconnect,
    })
    this.#client = client
    this.#isUnreachable = false
    lost.then((error) => {
      client.close() // to prevent the client from reconnecting, because the lane does that
      if (client === this.#client) this.#lose(error)
    })
  }

  /** @param {Error} error */
  #lose(error) {
    this.#events.onLost(error)
    this.#client = undefined
    const lost = [...this.#inFlight]
    this.#inFlight.clear()
    for (const delivery of lost) {
      if (lost.length === 1) delivery.lossesAlone++
      if (delivery.lossesAlone === MAX_LOSSES_ALONE) delivery.fail(forbidden())
      if (delivery.isSettled) this.#events.onLeave(delivery)
      else this.#suspects.add(delivery)
    }
    this.#pump()
  }

  /** @param {Delivery} delivery */
  #expire(delivery) {
    if (delivery.isSent)
      delivery.fail(
        new Failure(504, 'no-acknowledgement', 'no PUBACK came in time; the message may be published'),
      )
    else if (this.#isUnreachable)
      delivery.fail(unavailable('broker-away', 'the broker is away; the message is not published'))
    else delivery.fail(new Failure(504, 'too-slow', 'the broker is too slow; the message is not published'))
    if (this.#client === undefined || this.#inFlight.size < this.#window || !this.#isAbandoned()) return
    this.#client.close()
    this.#lose(new Error('no PUBACK came for anything in flight'))
  }

  /** Whether no request waits for a message in flight. */
  #isAbandoned() {
    for (const { isSettled } of this.#inFlight) if (!isSettled) return false
    return true
  }
}

/**
 * Returns the failure if another attempt to connect would fail in the same way.
 *
 * @param {Error} error
 */
function permanent(error) {
  if (error instanceof EncodeError) return new Failure(400, error.code, error.message)
  if (error instanceof ConnectionRefused && BAD_CREDENTIALS.includes(error.returnCode))
    return unauthorized('refused', error.message)
  return undefined
}

function forbidden() {
  const message = `the broker closed the connection ${MAX_LOSSES_ALONE} times when this message alone was in flight`
  return new Failure(403, 'forbidden', message)
}
