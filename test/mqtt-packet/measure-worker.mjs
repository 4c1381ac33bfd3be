// An aedes broker in a process of its own, on the codec that `CODEC` names; it tells the CPU time that it has used.

import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
const server = createServer(broker.handle).listen(0, '127.0.0.1', () =>
  process.send({ port: server.address().port }),
)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ cpu: user + system })
})
process.on('disconnect', () => process.exit())
