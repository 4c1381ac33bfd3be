// What one client, and all of them together, may take. Sizes are in bytes, times in milliseconds.

export const LIMITS = {
  /** A packet until CONNECT is accepted. */
  maxConnectSize: 16 * 1024,
  /** A packet from then on. */
  maxPacketSize: 4 * 1024 * 1024,
  maxTopicLevels: 128,
  /** How long a connection may take until CONNECT. */
  connectTimeout: 10_000,
  /** What may await a client that reads slowly. Beyond it QoS 0 is dropped, QoS 1 and 2 are queued. */
  maxBacklog: 4 * 1024 * 1024,
  /** How long a client may take to read its backlog. */
  stallTimeout: 60_000,
  /** How long a client may take to close its end. */
  closeTimeout: 1_000,
  /** Messages of QoS 1 and 2 that await their acknowledgement. */
  maxInFlight: 100,
  /** Messages of QoS 1 and 2 that are not in flight yet, for each session; at least 1. */
  maxQueue: 100_000,
  /** What they, and those in flight, may take. */
  maxQueueBytes: 64 * 1024 * 1024,
  /** Of one session; SUBSCRIBE is answered with 0x80 beyond it. */
  maxSubscriptions: 1_000,
  /** All topic filters of one session, in characters; as above. */
  maxFiltersLength: 1024 * 1024,
  /** Of all clients, connected or not; CONNECT is answered with 3 beyond it. */
  maxSessions: 100_000,
  /** All retained messages. */
  maxRetainedBytes: 256 * 1024 * 1024,
}

/** @typedef {typeof LIMITS} Limits */
