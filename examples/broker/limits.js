// Limits for one client, and for all clients together. Sizes are in bytes, times in milliseconds.

export const LIMITS = {
  /** The maximum size of a packet until CONNECT is accepted. */
  maxConnectSize: 16 * 1024,
  /** The maximum size of a packet after that. */
  maxPacketSize: 4 * 1024 * 1024,
  maxTopicLevels: 128,
  /** The maximum time from the connection to CONNECT. */
  connectTimeout: 10_000,
  /** The maximum unread data of a slow client. Above it, QoS 0 messages are dropped, and QoS 1 and 2 are queued. */
  maxBacklog: 4 * 1024 * 1024,
  /** The maximum time in which a client must read its backlog. */
  stallTimeout: 60_000,
  /** The maximum time in which a client must close its side. */
  closeTimeout: 1_000,
  /** The maximum number of unacknowledged QoS 1 and 2 messages, for each session. */
  maxInFlight: 100,
  /** The maximum number of queued QoS 1 and 2 messages, for each session; at least 1. */
  maxQueue: 100_000,
  /** The maximum size of the queued and unacknowledged messages, for each session. */
  maxQueueBytes: 64 * 1024 * 1024,
  /** The maximum number of subscriptions of a session. SUBSCRIBE is answered with 0x80 above it. */
  maxSubscriptions: 1_000,
  /** The maximum length of all topic filters of a session, in characters. SUBSCRIBE is answered with 0x80 above it. */
  maxFiltersLength: 1024 * 1024,
  /** The maximum number of sessions, connected or not. CONNECT is answered with return code 3 above it. */
  maxSessions: 100_000,
  /** The maximum size of all retained messages. */
  maxRetainedBytes: 256 * 1024 * 1024,
}

/** @typedef {typeof LIMITS} Limits */
