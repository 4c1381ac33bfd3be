// One client's connection: packets in, answers out, in the order that the standard allows.

import { DecodeError, encode, PacketParser } from 'mqtt-wire'

/**
 * @template {Uint8Array} Bytes
 * @typedef {import('mqtt-wire').Connect<Bytes>} Connect
 */
/**
 * @template {Uint8Array} Bytes
 * @typedef {import('mqtt-wire').Publish<Bytes>} Publish
 */
/**
 * @typedef {import('mqtt-wire').PacketTo<'server', Buffer>} Packet
 * @typedef {import('mqtt-wire').PacketInput} PacketInput
 * @typedef {import('./broker.js').Broker} Broker
 * @typedef {import('./session.js').Session} Session
 */

/** SUBACK's return code for a subscription that the broker does not take (§3.9.3). */
const FAILURE = 0x80

export class Connection {
  #stream
  #broker
  /** @type {PacketParser<Buffer, 'server'>} */
  #parser
  #isOpen = true
  #isAuthenticating = false
  #isCorked = false
  /** @type {Session | undefined} once CONNECT is accepted */
  #session
  /** @type {Connect<Buffer>['will']} until it is published or discarded */
  #will
  /** For CONNECT, then for the next packet, then for the client to close. @type {NodeJS.Timeout | undefined} */
  #timer
  /** @type {NodeJS.Timeout | undefined} while the client has more to read than it may */
  #stall
  #failure = 'the client closed the connection without DISCONNECT'

  /**
   * @param {import('node:stream').Duplex} stream
   * @param {Broker} broker
   */
  constructor(stream, broker) {
    const { maxConnectSize, maxTopicLevels, maxSubscriptions, connectTimeout } = broker.limits
    this.#stream = stream
    this.#broker = broker
    this.#parser = new PacketParser({
      role: 'server',
      maxPacketSize: maxConnectSize,
      maxTopicLevels,
      maxTopicFilters: maxSubscriptions,
      copyPayloads: true, // a message that is kept would keep all of its chunk
    })
    this.#timer = setTimeout(() => this.close('no CONNECT came'), connectTimeout)
    this.closed = new Promise((resolve) => stream.once('close', resolve))
    stream.on('data', (chunk) => {
      if (!this.#isOpen) return
      if (typeof chunk === 'string') return this.close('a WebSocket message of text came') // [MQTT-6.0.0-1]
      this.#parser.push(chunk)
      this.#read()
    })
    stream.on('drain', () => this.#drained())
    stream.on('error', (error) => {
      this.#failure = error.message
    })
    stream.on('end', () => this.close(this.#failure)) // of a WebSocket stream 'close' would wait for our end
    stream.on('close', () => {
      this.close(this.#failure)
      clearTimeout(this.#timer)
    })
  }

  /** Whether the client reads what it is sent. */
  get hasRoom() {
    const { writableLength, writableHighWaterMark } = this.#stream // 'drain' comes only for what lies above the mark
    return writableLength < Math.max(this.#broker.limits.maxBacklog, writableHighWaterMark)
  }

  /** @param {Uint8Array[]} chunks */
  send(chunks) {
    if (!this.#isOpen) return
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#stream.cork() // what is sent in one turn goes out in one write
      process.nextTick(() => {
        this.#isCorked = false
        this.#stream.uncork()
      })
    }
    for (const chunk of chunks) this.#stream.write(chunk)
    if (!this.hasRoom)
      this.#stall ??= setTimeout(
        () => this.close('the client does not read'),
        this.#broker.limits.stallTimeout,
      )
  }

  /** Ends the connection of a client that does not keep up, once everybody else has got the message at hand. */
  giveUp() {
    setImmediate(() => this.close('the client is too slow, and its queue is full'))
  }

  /**
   * Ends the connection.
   *
   * @param {string} [reason] none if the client wanted it
   * @param {PacketInput} [lastPacket]
   */
  close(reason, lastPacket) {
    if (!this.#isOpen) return
    if (lastPacket !== undefined) this.send([encode(lastPacket)])
    this.#isOpen = false
    clearTimeout(this.#timer)
    clearTimeout(this.#stall)
    const { hasRoom } = this
    this.#stream.end()
    this.#stream.resume() // what it has sent yet is read and ignored: its end is behind that
    if (hasRoom) this.#timer = setTimeout(() => this.#stream.destroy(), this.#broker.limits.closeTimeout)
    else this.#stream.destroy()
    this.#broker.left(this.#session, this.#will, reason)
  }

  /** Handles packets while the client reads the answers. */
  #read() {
    try {
      while (this.#isOpen && !this.#isAuthenticating && this.hasRoom) {
        const packet = this.#parser.read()
        if (packet === undefined) return
        this.#handle(packet)
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      const { action, message } = error
      if (action === 'close')
        this.close(message) // [MQTT-4.8.0-1]
      else this.close(message, { type: 'connack', returnCode: action.connack }) // [MQTT-3.1.2-2] [MQTT-3.1.3-8]
    }
    if (this.#isOpen) this.#stream.pause()
  }

  #silent() {
    if (this.#stall === undefined) this.close('nothing came within the keep alive')
    else this.#timer?.refresh() // what it has sent is read once it has read the answers
  }

  #drained() {
    if (!this.#isOpen) return
    if (this.#stall !== undefined) {
      clearTimeout(this.#stall)
      this.#stall = undefined
      this.#timer?.refresh()
    }
    this.#session?.pump()
    this.#resume()
  }

  #resume() {
    this.#stream.resume()
    this.#read()
  }

  /** @param {Packet} packet */
  #handle(packet) {
    const session = this.#session
    if (session === undefined) {
      if (packet.type === 'connect') this.#connect(packet)
      else this.close(`${packet.type} came before CONNECT`) // [MQTT-3.1.0-1]
      return
    }
    this.#timer?.refresh()
    switch (packet.type) {
      case 'publish':
        return this.#publish(session, packet)
      case 'puback':
      case 'pubcomp':
        return session.complete(packet.packetId)
      case 'pubrec':
        return session.received(packet.packetId)
      case 'pubrel':
        session.release(packet.packetId)
        return this.#answer({ type: 'pubcomp', packetId: packet.packetId }) // [MQTT-4.3.3-2]
      case 'subscribe':
        return this.#subscribe(session, packet)
      case 'unsubscribe':
        for (const filter of packet.topicFilters) this.#broker.unsubscribe(session, filter)
        return this.#answer({ type: 'unsuback', packetId: packet.packetId }) // [MQTT-3.10.4-5]
      case 'pingreq':
        return this.#answer({ type: 'pingresp' }) // [MQTT-3.12.4-1]
      case 'disconnect':
        this.#will = undefined // [MQTT-3.14.4-3]
        return this.close()
      case 'connect':
        return this.close('a second CONNECT came') // [MQTT-3.1.0-2]
    }
  }

  /** @param {PacketInput} packet */
  #answer(packet) {
    this.send([encode(packet)])
  }

  /** @param {Connect<Buffer>} connect */
  async #connect({ clientId, cleanSession, keepAlive, will, username, password }) {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isAuthenticating = true
    const refusal = await this.#broker.refusalOf(clientId, username, password)
    this.#isAuthenticating = false
    if (!this.#isOpen) return
    if (refusal !== undefined) {
      const { returnCode, reason } = refusal
      return this.close(reason, { type: 'connack', returnCode }) // [MQTT-3.1.4-5] [MQTT-3.2.2-5]
    }
    const { session, sessionPresent } = this.#broker.sessionFor(clientId, cleanSession)
    this.#answer({ type: 'connack', returnCode: 0, sessionPresent }) // [MQTT-3.2.0-1]
    this.#parser.maxPacketSize = this.#broker.limits.maxPacketSize
    this.#session = session
    this.#will = will
    if (keepAlive > 0) this.#timer = setTimeout(() => this.#silent(), keepAlive * 1_500) // [MQTT-3.1.2-24]
    session.attach(this)
    this.#resume()
  }

  /**
   * @param {Session} session
   * @param {Publish<Buffer>} publish
   */
  #publish(session, publish) {
    const { qos, packetId = 0 } = publish
    if (qos < 2 || session.accept(packetId)) this.#broker.publish(publish)
    if (qos === 1) this.#answer({ type: 'puback', packetId }) // [MQTT-4.3.2-2]
    if (qos === 2) this.#answer({ type: 'pubrec', packetId })
  }

  /**
   * @param {Session} session
   * @param {import('mqtt-wire').Subscribe} subscribe
   */
  #subscribe(session, { packetId, subscriptions }) {
    const returnCodes = subscriptions.map(({ topicFilter, qos }) =>
      this.#broker.subscribe(session, topicFilter, qos) ? qos : FAILURE,
    )
    this.#answer({ type: 'suback', packetId, returnCodes }) // [MQTT-3.8.4-1] [MQTT-3.8.4-5]
    session.pump()
  }
}
