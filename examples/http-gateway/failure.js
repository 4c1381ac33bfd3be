// Why a request is not answered with 204: HTTP's status, a code for programs, a sentence for people.

export class Failure extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, message, headers = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** In seconds: about how long the gateway waits between two attempts to reach the broker. */
const RETRY_AFTER = '2'

/**
 * Nothing has been published, and the same request may succeed later.
 *
 * @param {string} code
 * @param {string} message
 */
export function unavailable(code, message) {
  return new Failure(503, code, message, { 'retry-after': RETRY_AFTER })
}

/**
 * @param {string} code
 * @param {string} message
 */
export function unauthorized(code, message) {
  return new Failure(401, code, message, { 'www-authenticate': 'Basic realm="mqtt", charset="UTF-8"' })
}
