import { beforeAll, describe, expect, test } from 'vitest'
import { AEDES, MQTT_CONNECTION, MQTT_PACKET } from './differences.mjs'
import { describeWith } from './installed.mjs'
import { aedes, mqttConnection, mqttPacket } from './run.mjs'

// The unchanged test suites that these packages publish, with mqtt-wire in place of mqtt-packet. `tests` guards against a
// run that ends early. It is the number of tests of the pinned versions, without those that they skip.
const WITH_V5 = '{ "v5": true }'
const SUITES = [
  { name: 'mqtt-packet 9.0.2', run: mqttPacket, codec: WITH_V5, tests: 352, differences: MQTT_PACKET },
  {
    name: 'mqtt-connection 4.1.0',
    run: mqttConnection,
    codec: WITH_V5,
    tests: 77,
    differences: MQTT_CONNECTION,
  },
  { name: 'aedes 1.2.0', run: aedes, codec: 'default', tests: 368, differences: AEDES },
]

describeWith('published test suites', [], () => {
  describe.each(SUITES)('$name', ({ run, codec, tests, differences }) => {
    let results
    beforeAll(async () => {
      results = await run(codec, differences)
    }, 900_000)

    test(`runs ${tests} tests`, () => {
      expect(results.tests.size).toBe(tests)
    })

    test('fails only for listed reasons', () => {
      expect(results.failed.filter((name) => differences[name] === undefined)).toEqual([])
    })

    test.each(Object.entries(differences))('%s: still differs, as %s', (name) => {
      expect(results.failed).toContain(name)
    })
  })
})
