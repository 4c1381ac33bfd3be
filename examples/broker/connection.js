// One client's connection: reads packets and sends answers, in the order that the standard requires.

import { DecodeError, encode, PacketParser } from 'mqtt-wire'

/**
 * @typedef {import('mqtt-wire').Connect<Buffer>} Connect
 * @typedef {import('mqtt-wire').Publish<Buffer>} Publish
 * @typedef {import('mqtt-wire').PacketTo<'server', Buffer>} Packet
 * @typedef {import('mqtt-wire').PacketInput} PacketInput
 * @typedef {import('./broker.js').Broker} Broker
 * @typedef {import('./session.js').Session} Session
 */

/** SUBACK's return code for a subscription that the broker refuses (§3.9.3). */
const FAILURE = 0x80

export class Connection {
  #stream
  #broker
  /** @type {PacketParser<Buffer, 'server'>} */
  #parser
  #isOpen = true
  #isConnecting = false
  /** @type {Session | undefined} once CONNECT is accepted */
  #session
  /** @type {Connect['will']} until it is published or discarded */
  #will
  /** Until CONNECT, then until the next packet. @type {NodeJS.Timeout | undefined} */
  #timer
  /** @type {NodeJS.Timeout | undefined} while the client's backlog is above the limit */
  #stall

  /**
   * @param {import('node:stream').Duplex} stream
   * @param {Broker} broker
   */
  constructor(stream, broker) {
    const { maxConnectSize, maxTopicLevels, maxSubscriptions, connectTimeout } = broker.options
    this.#stream = stream
    this.#broker = broker
    this.#parser = new PacketParser({
      role: 'server',
      maxPacketSize: maxConnectSize,
      maxTopicLevels,
      maxTopicFilters: maxSubscriptions,
      copyPayloads: true, // otherwise a stored message would keep its whole chunk alive
    })
    this.#timer = setTimeout(() => this.close('no CONNECT came'), connectTimeout)
    this.closed = new Promise((resolve) => stream.once('close', resolve))
    stream.on('data', (chunk) => this.#take(chunk))
    stream.on('drain', () => this.#drained())
    stream.on('error', ({ message }) => this.close(message))
    const left = () => this.close('the client closed the connection without DISCONNECT')
    stream.on('end', left) // a WebSocket stream emits 'close' only after we end our side
    stream.on('close', left)
  }

  /** Whether the client reads what is sent to it. */
  get hasRoom() {
    const { writableLength, writableHighWaterMark } = this.#stream // 'drain' is emitted only after the mark was exceeded
    return writableLength < Math.max(this.#broker.options.maxBacklog, writableHighWaterMark)
  }

  /** @param {Uint8Array[]} chunks */
  send(chunks) {
    if (!this.#isOpen) return
    if (this.#stream.writableCorked === 0) {
      this.#stream.cork() // packets sent in one turn of the event loop are one write
      process.nextTick(() => this.#stream.uncork())
    }
    for (const chunk of chunks) this.#stream.write(chunk)
    if (this.hasRoom) return
    const { stallTimeout } = this.#broker.options
    this.#stall ??= setTimeout(() => this.close('the client does not read'), stallTimeout)
  }

  /** @param {PacketInput} packet */
  answer(packet) {
    this.send([encode(packet)])
  }

  /** Ends the connection of a client that does not keep up, after the current message was delivered to the others. */
  giveUp() {
    setImmediate(() => this.close('the client is too slow, and its queue is full'))
  }

  /**
   * Ends the connection.
   *
   * @param {string} [reason] undefined if the client ended it
   * @param {PacketInput} [lastPacket]
   */
  close(reason, lastPacket) {
    if (!this.#isOpen) return
    if (lastPacket !== undefined) this.answer(lastPacket)
    this.#isOpen = false
    clearTimeout(this.#timer)
    clearTimeout(this.#stall)
    const { hasRoom } = this
    this.#stream.end()
    this.#stream.resume() // read and ignore what it sent, to reach the end of its stream
    if (hasRoom) setTimeout(() => this.#stream.destroy(), this.#broker.options.closeTimeout).unref()
    else this.#stream.destroy()
    this.#broker.left(this.#session, this.#will, reason)
  }

  /** @param {Buffer | string} chunk */
  #take(chunk) {
    if (!this.#isOpen) return
    if (typeof chunk === 'string') return this.close('a WebSocket message of text came') // [MQTT-6.0.0-1]
    this.#parser.push(chunk)
    this.#read()
  }

  /** Handles packets while the client reads the answers. */
  #read() {
    try {
      while (this.#isOpen && !this.#isConnecting && this.hasRoom) {
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

  #drained() {
    if (!this.#isOpen) return
    if (this.#stall !== undefined) this.#timer?.refresh()
    clearTimeout(this.#stall)
    this.#stall = undefined
    this.#session?.pump()
    this.#resume()
  }

  #resume() {
    this.#stream.resume()
    this.#read()
  }

  #silent() {
    if (this.#stall === undefined) this.close('nothing came within the keep alive')
    else this.#timer?.refresh() // the broker reads more from it after it has read the answers
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
        return this.answer({ type: 'pubcomp', packetId: packet.packetId }) // [MQTT-4.3.3-2]
      case 'subscribe':
        return this.#subscribe(session, packet)
      case 'unsubscribe':
        for (const filter of packet.topicFilters) this.#broker.unsubscribe(session, filter)
        return this.answer({ type: 'unsuback', packetId: packet.packetId }) // [MQTT-3.10.4-5]
      case 'pingreq':
        return this.answer({ type: 'pingresp' }) // [MQTT-3.12.4-1]
      case 'disconnect':
        this.#will = undefined // [MQTT-3.14.4-3]
        return this.close()
      case 'connect':
        return this.close('a second CONNECT came') // [MQTT-3.1.0-2]
    }
  }

  /** @param {Connect} connect */
  async #connect(connect) {
    clearTimeout(this.#timer)
    this.#isConnecting = true
    const refusal = await this.#broker.refusalOf(connect)
    this.#isConnecting = false
    if (!this.#isOpen) return
    if (refusal !== undefined) {
      const { returnCode, reason } = refusal
      return this.close(reason, { type: 'connack', returnCode }) // [MQTT-3.1.4-5] [MQTT-3.2.2-5]
    }
    const { clientId, cleanSession, keepAlive, will } = connect
    const { session, sessionPresent } = this.#broker.sessionFor(clientId, cleanSession)
    this.answer({ type: 'connack', returnCode: 0, sessionPresent }) // [MQTT-3.2.0-1]
    this.#parser.maxPacketSize = this.#broker.options.maxPacketSize
    this.#session = session
    this.#will = will
    this.#timer = keepAlive === 0 ? undefined : setTimeout(() => this.#silent(), keepAlive * 1_500) // [MQTT-3.1.2-24]
    session.attach(this)
    this.#resume()
  }

  /**
   * @param {Session} session
   * @param {Publish} publish
   */
  #publish(session, publish) {
    const { qos, packetId = 0 } = publish
    if (qos < 2 || session.accept(packetId)) this.#broker.publish(publish)
    if (qos === 1) this.answer({ type: 'puback', packetId }) // [MQTT-4.3.2-2]
    if (qos === 2) this.answer({ type: 'pubrec', packetId })
  }

  /**
   * @param {Session} session
   * @param {import('mqtt-wire').Subscribe} subscribe
   */
  #subscribe(session, { packetId, subscriptions }) {
    const returnCodes = subscriptions.map(({ topicFilter, qos }) =>
      this.#broker.subscribe(session, topicFilter, qos) ? qos : FAILURE,
    )
    this.answer({ type: 'suback', packetId, returnCodes }) // [MQTT-3.8.4-1] [MQTT-3.8.4-5]
    session.pump()
  }
}
