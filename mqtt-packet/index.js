// What an override of mqtt-packet points at. The last line makes `require` return a plain object, as mqtt-packet is one.
import mqttPacket from '../dist/mqtt-packet/index.js'

export * from '../dist/mqtt-packet/index.js'
export { mqttPacket as default, mqttPacket as 'module.exports' }
