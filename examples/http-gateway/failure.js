// Why a request is not answered with 204: an HTTP status, a code for programs and a sentence for people.

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

/** About the delay between two attempts to reach the broker, in seconds. */
const RETRY_AFTER = '2'

/**
 * For messages that were not published. The same request may succeed later.
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
