import { Aedes } from 'aedes'
import type { IConnectPacket } from 'mqtt-packet'

export const broker: Aedes = new Aedes({
  preConnect: (_client, packet: IConnectPacket, done) => done(null, packet.clientId !== ''),
})
broker.on('publish', ({ topic, payload, brokerId }) => console.log(topic, payload.toString(), brokerId))
