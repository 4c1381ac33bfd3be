// Prints a user's line for the file of --users: echo PASSWORD | node examples/broker/hash-password.js NAME >> users

import { text } from 'node:stream/consumers'
import { userLine } from './users.js'

const [username = ''] = process.argv.slice(2)
console.log(await userLine(username, (await text(process.stdin)).replace(/\r?\n$/, '')))
