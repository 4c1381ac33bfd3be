// The cost of opening a TCP connection on this machine, at both ends: what each reconnect costs besides its bytes.

import { once } from 'node:events'
import net from 'node:net'
import { median } from '../../dist/cli/bench/measure/rounds.js'

/** Returns the median of `count` connections, in nanoseconds. */
export async function connectionNs(count) {
  const server = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const times = []
  for (let index = 0; index < count; index++) {
    const start = process.hrtime.bigint()
    const socket = net.connect(port, '127.0.0.1').resume()
    await once(socket, 'close')
    times.push(Number(process.hrtime.bigint() - start))
  }
  server.close()
  return median(times)
}
