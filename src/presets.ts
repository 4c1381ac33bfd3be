// Options like a known broker's.

import type { DecodeOptions } from './options.ts'

const ACKNOWLEDGEMENTS = ['puback', 'pubrec', 'pubrel', 'pubcomp'] as const

/**
 * Options that accept and refuse what a known broker does; spread them to change some. They are frozen.
 *
 * `mosquitto2`: mosquitto 2.0. It ignores DUP with QoS 0, the reserved flags of PUBACK, PUBREC, PUBCOMP and PINGREQ, and
 * what follows the packet identifier of an acknowledgement or the header of PINGREQ. It takes MQTT 3.1 and bridges, and at
 * most 200 levels of a topic, and it refuses control characters and non-characters. It also takes MQTT 5 (levels 5 and
 * 133), which this library does not.
 */
export const presets: { readonly mosquitto2: DecodeOptions } = freeze({
  mosquitto2: {
    tolerate: [
      'dup-with-qos-0',
      { code: 'reserved-flags', packets: ['puback', 'pubrec', 'pubcomp', 'pingreq'] },
      { code: 'surplus-bytes', packets: [...ACKNOWLEDGEMENTS, 'pingreq'] },
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
