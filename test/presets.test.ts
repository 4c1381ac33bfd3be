import { expect, test } from 'vitest'
import { decode, presets } from '../src/index.ts'
import { bytes } from './support/bytes.ts'
import { refusal } from './support/malformed.ts'

const accepted = undefined

// One packet for each difference from a real mosquitto. Its verdicts on all rows of the corpus are in interop/VERDICTS.md.
// biome-ignore format: one row per packet
test.each([
  ['MQTT 3.1.1', "10 0c 0004 'MQTT' 04 02 0000 0000", accepted, accepted],
  ['MQTT 3.1', "10 0f 0006 'MQIsdp' 03 02 0000 0001 'c'", 'unsupported-protocol-level', accepted],
  ['a bridge', "10 0c 0004 'MQTT' 84 02 0000 0000", 'unsupported-protocol-level', accepted],
  ['MQTT 5', "10 0d 0004 'MQTT' 05 02 0000 00 0000", 'unsupported-protocol-level', 'unsupported-protocol-level'],
  ['DUP with QoS 0', "38 03 0001 'a'", 'dup-with-qos-0', accepted],
  ['reserved flags', 'c1 00', 'reserved-flags', accepted],
  ['surplus bytes', '40 03 0001 00', 'surplus-bytes', accepted],
  ['packet identifier 0', '40 02 0000', 'packet-identifier-zero', 'packet-identifier-zero'],
  ['a control character', '30 03 0001 01', accepted, 'control-character'],
  ['a non-character', '30 05 0003 efbfbf', accepted, 'non-character'],
  ['200 levels', `30 c9 01 00c7 '${'/'.repeat(199)}'`, accepted, accepted],
  ['201 levels', `30 ca 01 00c8 '${'/'.repeat(200)}'`, accepted, 'too-many-topic-levels'],
])('%s to presets.mosquitto2', (_, hex, byDefault, withPreset) => {
  expect(refusal(() => decode(bytes(hex)))?.code).toBe(byDefault)
  expect(refusal(() => decode(bytes(hex), presets.mosquitto2))?.code).toBe(withPreset)
})
