// The target of the override of mqtt-packet. CODEC selects what its users get:
// 'original', 'default', or options of createMqttPacket as JSON; { "v5": true } leaves MQTT 5 to the original.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { CODEC = 'default' } = process.env

function codec() {
  if (CODEC === 'original') return require('original')
  const standIn = require('../../../mqtt-packet/index.js')
  if (CODEC === 'default') return standIn
  const { v5, ...options } = JSON.parse(CODEC)
  return standIn.createMqttPacket({ ...options, v5: v5 ? require('original') : undefined })
}

const mqttPacket = codec()
export const { parser, generate, writeToStream } = mqttPacket
export { mqttPacket as default, mqttPacket as 'module.exports' }
