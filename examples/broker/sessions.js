// The sessions of all clients, by client identifier (§3.1.2.4, §3.1.3.1).

import { randomUUID } from 'node:crypto'
import { Session } from './session.js'

/** @typedef {import('./limits.js').Limits} Limits */

export class Sessions {
  /** @type {Map<string, Session>} */
  #byClientId = new Map()
  #limits
  #events

  /**
   * @param {Limits} limits
   * @param {{ onDrop: (session: Session) => void, onEnd: (session: Session) => void }} events
   */
  constructor(limits, events) {
    this.#limits = limits
    this.#events = events
  }

  get size() {
    return this.#byClientId.size
  }

  /** @param {string} clientId */
  has(clientId) {
    return this.#byClientId.has(clientId)
  }

  /**
   * @param {string} clientId
   * @param {boolean} isClean
   * @returns {{ session: Session, sessionPresent: boolean }}
   */
  open(clientId, isClean) {
    const last = this.#byClientId.get(clientId)
    last?.connection?.close('the client has connected again') // [MQTT-3.1.4-2]
    if (last !== undefined && !last.isClean) {
      if (!isClean) return { session: last, sessionPresent: true } // [MQTT-3.2.2-2]
      this.end(last) // [MQTT-3.1.2-6]
    }
    const session = new Session(clientId || randomUUID(), isClean, this.#limits, this.#events.onDrop) // [MQTT-3.1.3-6]
    this.#byClientId.set(session.clientId, session)
    return { session, sessionPresent: false } // [MQTT-3.2.2-1] [MQTT-3.2.2-3]
  }

  /** @param {Session} session */
  end(session) {
    this.#byClientId.delete(session.clientId)
    this.#events.onEnd(session)
  }
}
