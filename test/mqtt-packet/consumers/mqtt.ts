import mqtt, { type MqttClient } from 'mqtt'
import type { IPublishPacket, Packet } from 'mqtt-packet'

const client: MqttClient = mqtt.connect('mqtt://127.0.0.1')
client.on('packetreceive', (packet: Packet) => console.log(packet.cmd))
client.on('message', (topic, payload: Buffer, { qos }: IPublishPacket) => console.log(topic, payload, qos))
