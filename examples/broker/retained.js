// The retained messages: the last one of each topic that was published with RETAIN (§3.3.1.3).

import { topicMatches } from 'mqtt-wire'

/** @typedef {import('./message.js').Message} Message */

export class Retained {
  /** @type {Map<string, Message>} */
  #byTopic = new Map()
  #bytes = 0
  #maxBytes

  /** @param {number} maxBytes what all of them may take */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes
  }

  get count() {
    return this.#byTopic.size
  }

  /**
   * Stores the message in place of its topic's last one; one without a payload only removes that.
   *
   * @param {Message} message
   * @returns {boolean} false if there is no room for it
   */
  store(message) {
    this.#bytes -= this.#byTopic.get(message.topic)?.cost ?? 0
    this.#byTopic.delete(message.topic)
    if (message.payload.length === 0) return true // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    if (this.#bytes + message.cost > this.#maxBytes) return false
    this.#byTopic.set(message.topic, message) // [MQTT-3.3.1-5] [MQTT-3.3.1-7]
    this.#bytes += message.cost
    return true
  }

  /**
   * Looks at the messages one by one, as they are taken; they may change meanwhile.
   *
   * @param {string} filter
   * @returns {Generator<Message, undefined>}
   */
  *matching(filter) {
    for (const message of this.#byTopic.values()) if (topicMatches(filter, message.topic)) yield message
  }
}
