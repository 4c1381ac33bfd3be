// A gateway from HTTP to MQTT. Import `startGateway` to run it in your own process.

import { METHODS } from 'node:http'
import { connect } from 'node:net'
import fastify from 'fastify'
import { Failure, unavailable } from './failure.js'
import { Metrics } from './metrics.js'
import { Pool } from './pool.js'
import { parseForm, readAccount, readFields, readTopic } from './request.js'

/**
 * @typedef {import('fastify').Request} Request
 * @typedef {import('fastify').Reply} Reply
 * @typedef {import('./pool.js').PoolOptions} PoolOptions
 *
 * @typedef {object} OwnOptions
 * @property {number} [port] for HTTP; default 8080, 0 for any free one
 * @property {string} [host] default 127.0.0.1
 * @property {string} [exchange] the exchange to which the broker's MQTT plugin publishes; default amq.topic
 * @property {number} [maxBody] maximum size of the form, in bytes; default 1 MiB
 * @property {number} [requestTimeout] for receiving a request, in milliseconds; default 30,000
 * @property {number} [drainTimeout] for answering requests when the gateway is closed, in milliseconds; default 15,000
 * @property {{ level: string } | false} [logger] fastify's option; default none
 * @typedef {OwnOptions & Partial<PoolOptions>} Options
 */

const DEFAULTS = {
  port: 8080,
  host: '127.0.0.1',
  exchange: 'amq.topic',
  maxBody: 1024 * 1024,
  requestTimeout: 30_000,
  drainTimeout: 15_000,
  logger: /** @type {{ level: string } | false} */ (false),
  brokers: [{ host: '127.0.0.1', port: 1883 }],
  maxInFlight: 100,
  timeLimit: 10_000,
  connectTimeout: 10_000,
  maxConnections: 100,
  idleTimeout: 60_000,
  maxQueue: 10_000,
  maxQueueBytes: 64 * 1024 * 1024,
}

const PUBLISH = '/:virtualHost/:exchange/:routingKey'
/** Large enough for a percent-encoded name of 255 bytes. Node limits the length of the URL. */
const MAX_PARAM_LENGTH = 16 * 1024
const PROBE_TIMEOUT_MS = 2_000
/** Codes for requests that the framework refuses. */
const CODES = { 400: 'bad-request', 413: 'body-too-large', 415: 'unsupported-media-type' }
/** The client closed its connection before the answer. */
const CLIENT_CLOSED_REQUEST = 499
const LEFT = new Failure(CLIENT_CLOSED_REQUEST, 'left', 'the client has left')

/**
 * @param {Options} [given]
 * @param {(options: PoolOptions, events: import('./pool.js').PoolEvents) => Pick<Pool, 'publish' | 'stats' | 'close'>} [openPool]
 *   creates the sender of messages to the broker; default a Pool
 * @returns {Promise<{ port: number, close(): Promise<void> }>} once it listens
 */
export async function startGateway(given = {}, openPool = (...args) => new Pool(...args)) {
  const options = withDefaults(given)
  const app = fastify({
    logger: options.logger,
    logController: new fastify.LogController({ disableRequestLogging: true }),
    bodyLimit: options.maxBody,
    requestTimeout: options.requestTimeout,
    return503OnClosing: false, // the answer would lack Retry-After
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      count(request, reply) // hooks are not called for framework errors
      sendError(error, reply)
    },
  })
  const metrics = new Metrics(() => pool.stats)
  const pool = openPool(options, {
    onResend: () => metrics.resent.inc(),
    onLost: (error) => {
      metrics.lost.inc()
      app.log.warn(`no connection to the broker: ${error.message}`)
    },
  })
  let isDraining = false
  /** The number of unanswered requests of each socket. @type {Map<import('node:net').Socket, number>} */
  const sockets = new Map()

  app.server.on('connection', (socket) => {
    sockets.set(socket, 0)
    socket.once('close', () => sockets.delete(socket))
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_, body, done) =>
    done(null, parseForm(body)),
  )
  app.setErrorHandler((error, _, reply) => sendError(error, reply))
  app.setNotFoundHandler((_, reply) =>
    sendError(new Failure(404, 'not-found', 'there is nothing here'), reply),
  )
  app.addHook('onSend', async (_, reply) => {
    if (isDraining) reply.header('connection', 'close')
  })
  app.addHook('onRequest', async (request, reply) => count(request, reply))

  app.post(PUBLISH, { onRequest: authenticate }, async (request, reply) => {
    const topic = readTopic(request.params.routingKey)
    const { payload, retain } = readFields(request.body ?? {})
    const start = performance.now()
    const delivery = pool.publish(request.account, { topic, payload, retain })
    reply.raw.once('close', () => delivery.fail(LEFT))
    await delivery.done
    metrics.acknowledged(performance.now() - start)
    return reply.code(204).send()
  })
  app.decorateRequest('account', null)
  app.get('/stats', () => metrics.stats())
  app.get('/metrics', (_, reply) => {
    reply.type(metrics.registry.contentType)
    return metrics.registry.metrics()
  })
  app.get('/health', async (_, reply) => {
    const isReachable = await Promise.any(options.brokers.map(probe)).catch(() => false)
    if (isDraining) throw unavailable('draining', 'the gateway shuts down')
    if (!isReachable) throw unavailable('broker-away', 'the broker is away')
    return reply.send({ status: 'ok' })
  })
  refuseOtherMethods(app, PUBLISH, ['POST'])
  for (const url of ['/stats', '/metrics', '/health']) refuseOtherMethods(app, url, ['GET', 'HEAD'])

  /** @param {Request} request */
  async function authenticate(request) {
    if (isDraining) throw unavailable('draining', 'the gateway shuts down')
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') throw new Failure(415, CODES[415], `the form has the encoding ${encoding}`)
    request.account = readAccount(request.headers.authorization, request.params.virtualHost)
    const { exchange } = request.params
    if (exchange !== options.exchange)
      throw new Failure(404, 'no-such-exchange', `MQTT messages go to the exchange ${options.exchange} alone`)
  }

  /**
   * @param {Request} request
   * @param {Reply} reply
   */
  function count({ method }, { raw }) {
    const { socket } = raw.req
    sockets.set(socket, (sockets.get(socket) ?? 0) + 1)
    raw.once('close', () => {
      const unanswered = sockets.get(socket)
      if (unanswered !== undefined) sockets.set(socket, unanswered - 1)
      const status = raw.writableFinished ? raw.statusCode : CLIENT_CLOSED_REQUEST
      metrics.requests.inc({ method, status })
    })
  }

  /**
   * @param {Error} error
   * @param {Reply} reply
   */
  function sendError(error, reply) {
    const failure = asFailure(error)
    if (failure.status === 500) app.log.error(error)
    reply
      .code(failure.status)
      .headers(failure.headers)
      .send({ error: failure.code, message: failure.message })
  }

  await app.listen({ host: options.host, port: options.port })
  return {
    port: app.addresses()[0]?.port ?? options.port,
    /** Answers current requests, refuses later ones, and closes. */
    async close() {
      isDraining = true
      // Node does this only for connections that have been used.
      for (const [socket, unanswered] of sockets) if (unanswered === 0) socket.destroy()
      const timer = setTimeout(() => app.server.closeAllConnections(), options.drainTimeout)
      await app.close()
      clearTimeout(timer)
      await pool.close()
    },
  }
}

/**
 * @param {Options} given
 * @returns {typeof DEFAULTS}
 */
function withDefaults(given) {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...DEFAULTS, ...Object.fromEntries(set) }
}

/**
 * @param {import('fastify').Server} app
 * @param {string} url
 * @param {string[]} allowed
 */
function refuseOtherMethods(app, url, allowed) {
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method)
  const refuse = async () => {
    const allow = allowed.join(', ')
    throw new Failure(405, 'method-not-allowed', `only ${allow} is allowed here`, { allow })
  }
  const method = METHODS.filter((method) => !allowed.includes(method))
  app.route({ method, url, onRequest: refuse, handler: refuse })
}

/**
 * @param {Error & { statusCode?: number, code?: string }} error
 * @returns {Failure}
 */
function asFailure(error) {
  if (error instanceof Failure) return error
  const { statusCode = 500, message } = error
  if (statusCode >= 500) return new Failure(500, 'internal', 'the gateway has failed')
  return new Failure(statusCode, CODES[/** @type {keyof typeof CODES} */ (statusCode)] ?? CODES[400], message)
}

/**
 * Whether a server listens on the address.
 *
 * @param {import('./lane.js').Address} address
 * @returns {Promise<boolean>} rejected if none does
 */
async function probe({ host, port }) {
  const socket = connect({ host, port, timeout: PROBE_TIMEOUT_MS })
  try {
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject)
      socket.once('timeout', () => reject(new Error('it does not answer')))
    })
    return true
  } finally {
    socket.destroy()
  }
}
