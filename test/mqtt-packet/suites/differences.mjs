// The tests of other projects that fail with mqtt-wire in place of mqtt-packet, and why.
// Exactly the listed tests must fail.

const WORDS = 'other words for the same refusal: '
const NUL = `${WORDS}the fixture holds U+0000, which is refused first [MQTT-1.5.3-2]`
const LEVEL_3 = `${WORDS}the fixture is a CONNECT of MQTT with level 3, which is refused first [MQTT-3.1.2-2]`
const LEVEL_132 = 'MQIsdp goes with level 131, not 132 [MQTT-3.1.2-2]'

export const MQTT_PACKET = {
  'connect MQTT bridge 132 parse': LEVEL_132,
  'connect MQTT bridge 132 generate': LEVEL_132,
  'connect MQTT bridge 132 mirror': LEVEL_132,
  'connect MQTT bridge 132 writeToStream': LEVEL_132,
  'connect MQTT 5 parse': `the error of the test before comes late and is counted here: ${LEVEL_132}`,
  'Cannot parse will topic': NUL,
  'Cannot parse will payload': NUL,
  'Cannot parse password': NUL,
  'Malformed Subscribe Payload': NUL,
  'Cannot parse username':
    'MQTT 3.1: the Remaining Length takes precedence over the flag, so there is no user name',
  'Connect flag bit 0 must be 0, but got 1': LEVEL_3,
  'Will Retain Flag must be set to zero when Will Flag is set to 0': LEVEL_3,
  'Will QoS must be set to zero when Will Flag is set to 0': LEVEL_3,
  'Will QoS must be set to zero when Will Flag is set to 0 (2)': LEVEL_3,
  'support cork': 'counts nine small writes for a CONNECT; here it is one',
}

export const AEDES = {
  'reject client requested for unacceptable protocol version':
    'the test generates a CONNECT of version 5, for which `v5` is needed',
  'reject clients with wrong protocol name':
    'the test generates a CONNECT with the name MQTT_hello, which is refused [MQTT-3.1.2-1]',
}

export const MQTT_CONNECTION = {
  'Connection parsing pubrel should fire a pubrel event':
    'fails with mqtt-packet 9, too: a PUBREL without its flags',
  'Connection transmission #connect invalid options client id should reject non-string': `${WORDS}mqtt-packet asks for a client identifier although there is one`,
}
