// Reads the account, the topic and the message from an HTTP request.

import { parse } from 'node:querystring'
import { EncodeError } from 'mqtt-wire'
import { joinUserName, MappingError, routingKeyToTopic } from 'mqtt-wire/rabbitmq'
import { Failure, unauthorized } from './failure.js'

/**
 * @typedef {object} Account
 * @property {string} username with its virtual host, `vhost:user`
 * @property {string} password
 *
 * @typedef {object} Message
 * @property {string} topic
 * @property {Buffer} payload
 * @property {boolean} retain
 */

/** More than a message can have. Fields after these cannot make a request valid. */
const MAX_FIELDS = 100

/** Properties of AMQP 0-9-1 messages that MQTT 3.1.1 does not have. */
export const REFUSED_FIELDS = {
  app_id: 'a PUBLISH has no application identifier',
  cluster_id: 'a PUBLISH has no cluster identifier',
  content_encoding: 'a PUBLISH has no content encoding',
  content_type: 'a PUBLISH has no content type',
  correlation_id: 'a PUBLISH has no correlation identifier',
  expiration: 'a PUBLISH has no expiry',
  headers: 'a PUBLISH has no headers',
  immediate: 'PUBACK does not say whether anybody received the message',
  mandatory: 'PUBACK does not say whether the message was routed to a queue',
  message_id: 'the packet identifier of a PUBLISH is not kept',
  priority: 'a PUBLISH has no priority',
  reply_to: 'a PUBLISH has no response topic',
  timestamp: 'a PUBLISH has no timestamp',
  type: 'a PUBLISH has no message type',
  user_id: 'a PUBLISH does not name its publisher',
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param {string | undefined} authorization the header
 * @param {string} virtualHost
 * @returns {Account}
 */
export function readAccount(authorization, virtualHost) {
  const [, encoded] = /^basic +([\w+/-]+={0,2}) *$/i.exec(authorization ?? '') ?? []
  if (encoded === undefined) throw unauthorized('no-credentials', 'send Basic authentication')
  const credentials = decodeCredentials(Buffer.from(encoded, 'base64'))
  const colon = credentials.indexOf(':')
  if (colon < 0) throw unauthorized('no-credentials', 'the credentials have no colon')
  const user = credentials.slice(0, colon)
  const username = mapped(() => joinUserName({ virtualHost, user }))
  return { username, password: credentials.slice(colon + 1) }
}

/** @param {Buffer} bytes */
function decodeCredentials(bytes) {
  try {
    return UTF_8.decode(bytes)
  } catch {
    throw unauthorized('no-credentials', 'the credentials are not UTF-8')
  }
}

/**
 * @param {string} routingKey
 * @returns {string} the topic
 */
export function readTopic(routingKey) {
  return mapped(() => routingKeyToTopic(routingKey))
}

/**
 * @param {() => string} map
 * @returns {string}
 */
function mapped(map) {
  try {
    return map()
  } catch (error) {
    if (error instanceof MappingError || error instanceof EncodeError)
      throw new Failure(400, error.code, error.message)
    throw error
  }
}

/**
 * The fields of a form. Values have one character per byte, because a payload need not be text.
 *
 * @param {Buffer} form
 */
export function parseForm(form) {
  return parse(form.toString('latin1'), '&', '=', {
    maxKeys: MAX_FIELDS,
    decodeURIComponent: (text) =>
      text.replace(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
  })
}

/**
 * @param {ReturnType<typeof parseForm>} fields
 * @returns {{ payload: Buffer, retain: boolean }}
 */
export function readFields({ body, delivery_mode = '2', retain = 'false', ...others }) {
  for (const [name, value] of Object.entries({ body, delivery_mode, retain, ...others }))
    if (Array.isArray(value)) throw invalid('repeated-field', `${name} is given more than once`)
  for (const name of Object.keys(others)) {
    if (!Object.hasOwn(REFUSED_FIELDS, name)) throw invalid('unknown-field', `unknown field ${name}`)
    const reason = REFUSED_FIELDS[/** @type {keyof typeof REFUSED_FIELDS} */ (name)]
    throw invalid('unsupported-field', `MQTT 3.1.1 cannot carry ${name}: ${reason}`)
  }
  if (delivery_mode !== '2')
    throw invalid('unsupported-field', 'delivery_mode is 2: what QoS 1 publishes is persistent')
  if (retain !== 'true' && retain !== 'false') throw invalid('invalid-field', 'retain is true or false')
  if (typeof body !== 'string') throw invalid('missing-field', 'the form has no field body')
  return { payload: Buffer.from(body, 'latin1'), retain: retain === 'true' }
}

/**
 * @param {string} code
 * @param {string} message
 */
function invalid(code, message) {
  return new Failure(400, code, message)
}
