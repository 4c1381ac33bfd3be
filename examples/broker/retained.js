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
   * Looks at the messages one by one, as they are taken; they may change meanwhile.
   *
   * @param {string} filter
   * @returns {Generator<Message, undefined>}
   */
  *matching(filter) {
    for (const message of this.#byTopic.values()) if (topicMatches(filter, message.topic)) yield message
  }
}
