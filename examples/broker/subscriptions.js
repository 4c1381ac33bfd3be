// Who has subscribed to what: the sessions under each topic filter.

import { TopicTree } from './topic-tree.js'

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('./session.js').Session} Session
 */

export class Subscriptions {
  /** @type {TopicTree<Map<Session, QoS>>} */
  #tree = new TopicTree()

  /**
   * Adds a subscription, or replaces the session's subscription to the same filter [MQTT-3.8.4-3].
   *
   * @param {Session} session
   * @param {string} filter
   * @param {QoS} qos
   */
  add(session, filter, qos) {
    const sessions = this.#tree.get(filter)
    if (sessions === undefined) this.#tree.set(filter, new Map([[session, qos]]))
    else sessions.set(session, qos)
  }

  /**
   * @param {Session} session
   * @param {string} filter
   */
  remove(session, filter) {
    const sessions = this.#tree.get(filter)
    if (sessions?.delete(session) && sessions.size === 0) this.#tree.delete(filter)
  }

  /**
   * Each session once, with the highest QoS of its matching subscriptions [MQTT-3.3.5-1].
   *
   * @param {string} topic
   * @returns {Map<Session, QoS>}
   */
  matching(topic) {
    const [first = new Map(), ...others] = this.#tree.ofFiltersMatching(topic)
    if (others.length === 0) return first
    const highest = new Map(first)
    for (const sessions of others)
      for (const [session, qos] of sessions) if (qos > (highest.get(session) ?? -1)) highest.set(session, qos)
    return highest
  }
}
