// The retained messages: the last one of each topic that was published with RETAIN (§3.3.1.3).

import { TopicTree } from './topic-tree.js'

/** @typedef {import('./message.js').Message} Message */

/** What each level of a topic takes in the tree, roughly, in bytes. */
const LEVEL_COST = 300

export class Retained {
  /** @type {TopicTree<Message>} */
  #tree = new TopicTree()
  #maxBytes
  bytes = 0
  count = 0

  /** @param {number} maxBytes what all of them may take */
  constructor(maxBytes) {
    this.#maxBytes = maxBytes
  }

  /**
   * Stores the message in place of its topic's last one; one without a payload only removes that.
   *
   * @param {Message} message
   * @returns {boolean} false if there is no room for it
   */
  store(message) {
    const last = this.#tree.get(message.topic)
    if (last !== undefined) {
      this.#tree.delete(message.topic)
      this.bytes -= costOf(last)
      this.count--
    }
    if (message.payload.length === 0) return true // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    if (this.bytes + costOf(message) > this.#maxBytes) return false
    this.#tree.set(message.topic, message) // [MQTT-3.3.1-5] [MQTT-3.3.1-7]
    this.bytes += costOf(message)
    this.count++
    return true
  }

  /**
   * @param {string} filter
   * @returns {Generator<Message, undefined>}
   */
  matching(filter) {
    return this.#tree.ofTopicsMatching(filter)
  }
}

/** @param {Message} message */
function costOf({ cost, topic }) {
  return cost + LEVEL_COST * topic.split('/').length
}
