// Options that imitate a known broker.

import type { DecodeOptions } from './options.ts'

const PUBLISH_ACKNOWLEDGEMENTS = ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const

/**
 * Options that accept and refuse the same packets as a known broker. They are frozen; spread them to change some.
 *
 * `mosquitto2`: mosquitto 2.0. It ignores DUP with QoS 0, the reserved flags of PUBACK, PUBREC, PUBCOMP and PINGREQ, and
 * any bytes after the packet identifier of an acknowledgement or the header of PINGREQ. It accepts MQTT 3.1, bridges, and
 * topics of up to 200 levels, and refuses control characters and non-characters.
 *
 * The exceptions: mosquitto accepts the following, and this library does not.
 * - MQTT 5 (levels 5 and 133).
 * - In MQTT 3.1, a CONNECT with flags in its fixed header.
 * - In MQTT 3.1, SUBSCRIBE or UNSUBSCRIBE without a topic filter.
 * - In MQTT 3.1, a user name with control characters, non-characters, U+0000 or ill-formed UTF-8. Mosquitto ignores it.
 * - In MQTT 3.1, a user name or password if the packet ends after its length. Mosquitto ignores it.
 */
export const presets: { readonly mosquitto2: DecodeOptions } = /* @__PURE__ */ freeze({
  mosquitto2: {
    tolerate: [
      'dup-with-qos-0',
      { code: 'reserved-flags', packets: ['puback', 'pubrec', 'pubcomp', 'pingreq'] },
      { code: 'surplus-bytes', packets: [...PUBLISH_ACKNOWLEDGEMENTS, 'pingreq'] },
    ],
    refuse: ['control-characters', 'non-characters'],
    protocols: ['3.1.1', '3.1', 'bridge'],
    maxTopicLevels: 200,
  },
})

function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) for (const entry of Object.values(value)) freeze(entry)
  return Object.freeze(value)
}
