// The retained messages: for each topic, the last message that was published with RETAIN (§3.3.1.3).

import { topicMatches } from 'mqtt-wire'

/** @typedef {import('./message.js').Message} Message */

export class Retained {
  /** @type {Map<string, Message>} */
  #byTopic = new Map()
  #bytes = 0
  #maxBytes

  /** @param {number} maxBytes the maximum size of all of them */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes
  }

  get count() {
    return this.#byTopic.size
  }

  /**
   * Replaces the message of its topic. A message without a payload only removes it.
   *
   * @param {Message} message
   * @returns {boolean} false if there is no room for it
   */
  store(message) {
    const { topic, payload, cost } = message
    const others = this.#bytes - (this.#byTopic.get(topic)?.cost ?? 0)
    const isEmpty = payload.length === 0 // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    const isKept = !isEmpty && others + cost <= this.#maxBytes
    if (isKept)
      this.#byTopic.set(topic, message) // [MQTT-3.3.1-5] [MQTT-3.3.1-7]
    else this.#byTopic.delete(topic)
    this.#bytes = isKept ? others + cost : others
    return isKept || isEmpty
  }

  /**
   * Returns the matching messages lazily. Messages may be added and removed during the iteration.
   *
   * @param {string} filter
   * @returns {Generator<Message, undefined>}
   */
  *matching(filter) {
    for (const message of this.#byTopic.values()) if (topicMatches(filter, message.topic)) yield message
  }
}
