// aedes as a program: node aedes-server.mjs PORT ACCOUNT_PORT USERNAME PASSWORD

import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const [port, accountPort, username, password] = process.argv.slice(2)

const open = await Aedes.createBroker()
createServer(open.handle).listen(Number(port), '127.0.0.1')

const closed = await Aedes.createBroker({
  authenticate: (_client, name, secret, done) =>
    name === username && String(secret) === password
      ? done(null, true)
      : done(Object.assign(new Error('unknown'), { returnCode: 4 }), false),
})
createServer(closed.handle).listen(Number(accountPort), '127.0.0.1')
