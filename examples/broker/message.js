// One published message, encoded once for all who receive it.

import { preparePublish } from 'mqtt-wire'

/** @typedef {import('mqtt-wire').QoS} QoS */

/** Payloads above this are shared between receivers, smaller ones are part of each packet. */
const SHARED_FROM = 4_096

/** What a kept message takes beside its topic and payload, roughly, in bytes. */
const OVERHEAD = 500

export class Message {
  /** @type {import('mqtt-wire').PreparedPublish | undefined} */
  #prepared
  /** What every subscriber of QoS 0 gets. @type {Uint8Array[] | undefined} */
  #plain

  /**
   * @param {string} topic
   * @param {Uint8Array} payload in memory of its own
   * @param {QoS} qos
   */
  constructor(topic, payload, qos) {
    this.topic = topic
    this.payload = payload
    this.qos = qos
    /** The memory that it takes, roughly, in bytes. */
    this.cost = topic.length + payload.length + OVERHEAD
  }

  /**
   * The packet for one receiver. The publisher's DUP and RETAIN are not for it [MQTT-3.3.1-3] [MQTT-3.3.1-9].
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
