// The User Name of CONNECT, which may contain a virtual host.

import { MappingError } from './mapping-error.ts'

/** A user of RabbitMQ, and the virtual host to connect to. */
export interface UserName {
  /** Undefined for the virtual host of the listener or of `mqtt.vhost`, by default `/`. */
  readonly virtualHost?: string | undefined
  readonly user: string
}

const LINE = /[^\n]*/g

/**
 * Returns the User Name of CONNECT for a user and a virtual host: `vhost:user`.
 *
 * @returns the user alone if `virtualHost` is undefined; {@link splitUserName} converts it back
 * @throws MappingError `colon-in-user` for a user with a colon, which cannot connect with MQTT; `colons-on-two-lines`
 * @throws TypeError if a property is not a string
 */
export function joinUserName({ virtualHost, user }: UserName): string {
  if (typeof user !== 'string') throw new TypeError('user must be a string')
  if (virtualHost !== undefined && typeof virtualHost !== 'string')
    throw new TypeError('virtualHost must be a string or undefined')
  const index = user.indexOf(':')
  if (index >= 0) throw new MappingError('colon-in-user', { field: 'User Name', found: user, index })
  const userName = virtualHost === undefined ? user : `${virtualHost}:${user}`
  checkLines(userName)
  return userName
}

/**
 * Splits the User Name of CONNECT into virtual host and user at the last colon, as RabbitMQ does unless
 * `mqtt.ignore_colons_in_username` is set.
 *
 * @throws MappingError `colons-on-two-lines`, for which RabbitMQ 3.10 closes the connection without a CONNACK
 * @throws TypeError if it is not a string
 */
export function splitUserName(userName: string): UserName {
  if (typeof userName !== 'string') throw new TypeError('userName must be a string')
  checkLines(userName)
  const colon = userName.lastIndexOf(':')
  if (colon < 0) return { virtualHost: undefined, user: userName }
  return { virtualHost: userName.slice(0, colon), user: userName.slice(colon + 1) }
}

/** RabbitMQ searches for the last colon of each line, and expects a colon in only one line. */
function checkLines(userName: string): void {
  const lines = (userName.match(LINE) ?? []).filter((line) => line.includes(':'))
  if (lines.length > 1) throw new MappingError('colons-on-two-lines', { field: 'User Name', found: userName })
}
