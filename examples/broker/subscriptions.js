// All subscriptions, in a tree of the levels of their topic filters (§4.7).

/**
 * @typedef {import('mqtt-wire').QoS} QoS
 * @typedef {import('./session.js').Session} Session
 */

class Level {
  /** The levels below, by name or wildcard. @type {Map<string, Level> | undefined} */
  below
  /** The subscribers to the filter that ends here. @type {Map<Session, QoS> | undefined} */
  subscribers
}

export class Subscriptions {
  /** @private */
  root = new Level()

  /**
   * Adds a subscription, or replaces the session's subscription to the same filter [MQTT-3.8.4-3].
   *
   * @param {Session} session
   * @param {string} filter
   * @param {QoS} qos
   */
  add(session, filter, qos) {
    let level = this.root
    for (const name of filter.split('/')) {
      level.below ??= new Map()
      const next = level.below.get(name) ?? new Level()
      level.below.set(name, next)
      level = next
    }
    level.subscribers ??= new Map()
    level.subscribers.set(session, qos)
  }

  /**
   * @param {Session} session
   * @param {string} filter
   */
  remove(session, filter) {
    removeBelow(this.root, filter.split('/'), session)
  }

  /**
   * Finds each session once, with the highest QoS of its matching subscriptions [MQTT-3.3.5-1].
   *
   * @param {string} topic
   * @returns {Map<Session, QoS>}
   */
  matching(topic) {
    /** @type {Map<Session, QoS>[]} */
    const found = []
    find(this.root, topic.split('/'), 0, found)
    const [first = new Map(), ...others] = found
    if (others.length === 0) return first
    const highest = new Map(first)
    for (const subscribers of others)
      for (const [session, qos] of subscribers)
        if (qos > (highest.get(session) ?? -1)) highest.set(session, qos)
    return highest
  }
}

/**
 * Finds the subscribers of each filter that matches a topic, from a level of the filter on.
 *
 * @param {Level | undefined} level
 * @param {string[]} names the levels of the topic
 * @param {number} depth the number of levels above this one
 * @param {Map<Session, QoS>[]} found
 */
function find(level, names, depth, found) {
  if (level === undefined) return
  const { below, subscribers } = level
  const isHidden = depth === 0 && names[0]?.startsWith('$') // from wildcards [MQTT-4.7.2-1]
  const all = isHidden ? undefined : below?.get('#')?.subscribers // # also matches the parent level
  if (all !== undefined) found.push(all)
  const name = names[depth]
  if (name === undefined) {
    if (subscribers !== undefined) found.push(subscribers)
    return
  }
  if (!isHidden) find(below?.get('+'), names, depth + 1, found)
  find(below?.get(name), names, depth + 1, found)
}

/**
 * @param {Level} level
 * @param {string[]} names
 * @param {Session} session
 */
function removeBelow(level, [name, ...names], session) {
  if (name === undefined) {
    level.subscribers?.delete(session)
    return
  }
  const next = level.below?.get(name)
  if (next === undefined) return
  removeBelow(next, names, session)
  if (isEmpty(next)) level.below?.delete(name)
}

/** @param {Level} level */
function isEmpty({ below, subscribers }) {
  return !below?.size && !subscribers?.size
}
