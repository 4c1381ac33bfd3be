// A CommonJS module that requires the package.

import { decode, encode, type Packet } from 'mqtt-wire'

import mqttWire = require('mqtt-wire')

const bytes: Buffer = encode({ type: 'pingreq' })
export const packet: Packet<Buffer> = decode(bytes)
export const parser: mqttWire.PacketParser = new mqttWire.PacketParser()
