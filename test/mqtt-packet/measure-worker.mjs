// An aedes broker in a separate process, with the codec that `CODEC` names. It reports the CPU time that it has used.

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
