// What brokers in wide use let pass, as options.

import type { DecodeOptions } from './options.ts'

/**
 * Ready-made options, to accept what a server in wide use accepts; spread them to change some.
 *
 * `mosquitto2`: mosquitto 2.0. It lets pass DUP with QoS 0, reserved flags and surplus bytes of acknowledgements and
 * PINGREQ, MQTT 3.1 and bridges, and takes 200 levels of a topic. As tolerance goes by code, the preset lets flags and
 * surplus bytes pass in every packet type. Not in it: that mosquitto takes MQTT 5, and that it refuses control characters
 * and non-characters in text, as §1.5.3 allows it to.
 */
export const presets: { readonly mosquitto2: DecodeOptions } = {
  mosquitto2: {
    tolerate: ['dup-with-qos-0', 'reserved-flags', 'surplus-bytes'],
    protocols: ['3.1.1', '3.1', 'bridge'],
    maxTopicLevels: 200,
  },
}
