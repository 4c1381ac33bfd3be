// A published message, encoded once for all receivers.

import { preparePublish } from 'mqtt-wire'

/** @typedef {import('mqtt-wire').QoS} QoS */

/** Larger payloads are shared between receivers, smaller ones are copied to each packet. */
const SHARED_FROM = 4_096

/** The approximate memory of a stored message besides its topic and payload, in bytes. */
const OVERHEAD = 500

export class Message {
  /** @type {import('mqtt-wire').PreparedPublish | undefined} */
  #prepared
  /** The packet for all subscribers with QoS 0. @type {Uint8Array[] | undefined} */
  #plain

  /**
   * @param {string} topic
   * @param {Uint8Array} payload not a view of a chunk
   * @param {QoS} qos
   */
  constructor(topic, payload, qos) {
    this.topic = topic
    this.payload = payload
    this.qos = qos
    /** The approximate memory that it takes, in bytes. */
    this.cost = topic.length + payload.length + OVERHEAD
  }

  /**
   * Encodes the packet for one receiver. The publisher's DUP and RETAIN are not forwarded [MQTT-3.3.1-3] [MQTT-3.3.1-9].
   *
   * @param {import('mqtt-wire').PublishOverrides} receiver
   * @returns {Uint8Array[]} its bytes, in one or two chunks
   */
  packetFor(receiver) {
    const { topic, payload, qos } = this
    this.#prepared ??= preparePublish({ type: 'publish', topic, payload, qos })
    if (payload.length > SHARED_FROM) return [this.#prepared.header(receiver), payload]
    if (receiver.qos !== 0 || receiver.retain) return [this.#prepared.encode(receiver)]
    this.#plain ??= [this.#prepared.encode(receiver)]
    return this.#plain
  }
}

/**
 * @param {QoS} one
 * @param {QoS} other
 */
export function lower(one, other) {
  return /** @type {QoS} */ (Math.min(one, other))
}
