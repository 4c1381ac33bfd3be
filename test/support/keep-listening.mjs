// Loaded before an example that listens: tells its parent the port, and keeps the server open until the parent says stop.

import { Server } from 'node:net'

const { listen, close } = Server.prototype

Server.prototype.listen = function (...parameters) {
  this.once('listening', () => process.send({ port: this.address().port }))
  process.once('message', () => stop(this))
  return listen.apply(this, parameters)
}

Server.prototype.close = function () {
  return this
}

/** Gives connections a moment to close, and tells how many are left. */
function stop(server) {
  setTimeout(() => {
    server.getConnections((_, connections) => {
      process.send({ connections })
      process.disconnect()
      close.call(server)
      if (connections > 0) process.exit(1)
    })
  }, 100)
}
