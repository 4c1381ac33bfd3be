// Publishes a message of each QoS, receives them, and closes: node examples/client/main.js [--port 1883] [--host 127.0.0.1]

import { parseArgs } from 'node:util'
import { connect } from './client.js'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '1883' },
    host: { type: 'string', default: '127.0.0.1' },
    username: { type: 'string' },
    password: { type: 'string' },
  },
})

const client = await connect({
  ...values,
  port: Number(values.port),
  clientId: `example-${process.pid}`,
  cleanSession: true,
  will: { topic: 'example/status', payload: 'lost' },
  onDisconnect: (error) => console.error(`reconnecting: ${error.message}`),
})
console.log('granted QoS', await client.subscribe('example/#', 2))

await client.publish('example/temperature', '21.5')
await client.publish('example/temperature', '21.6', { qos: 1 })
await client.publish('example/temperature', '21.7', { qos: 2 })

let count = 0
for await (const { topic, payload, qos } of client) {
  console.log(`${topic}, QoS ${qos}: ${payload}`)
  if (++count === 3) break
}
await client.close()
