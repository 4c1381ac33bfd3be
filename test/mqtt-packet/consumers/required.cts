import type { Packet } from 'mqtt-packet'

import mqttPacket = require('mqtt-packet')

mqttPacket.parser().on('packet', (packet: Packet) => console.log(packet.cmd))
export const bytes: Buffer = mqttPacket.generate({ cmd: 'pingreq' })
