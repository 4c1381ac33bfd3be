// The example broker in a separate process, for load.js.

import { startBroker } from '../broker/broker.js'

const { port } = await startBroker({ port: 0 })
process.send?.(port)
