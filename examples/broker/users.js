// User names and hashed passwords, from a file with lines of the form `name:salt:hash`.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** @type {(password: string | Uint8Array, salt: Buffer, length: number) => Promise<Buffer>} */
const hash = promisify(scrypt)
const SALT_LENGTH = 16
const HASH_LENGTH = 32

/**
 * Returns a user's line for the file.
 *
 * @param {string} username any text without a colon or a line break
 * @param {string} password
 * @returns {Promise<string>}
 */
export async function userLine(username, password) {
  if (!/^[^:\r\n]+$/.test(username))
    throw new Error('a user name has at least one character, and no colon or line break')
  const salt = randomBytes(SALT_LENGTH)
  return `${username}:${salt.toString('hex')}:${(await hash(password, salt, HASH_LENGTH)).toString('hex')}`
}

/**
 * Reads a file of users. Empty lines, and lines that start with #, are skipped.
 *
 * @param {string} file
 */
export async function loadUsers(file) {
  /** @type {Map<string, { salt: Buffer, hashed: Buffer }>} */
  const users = new Map()
  for (const [index, line] of (await readFile(file, 'utf8')).split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue
    const [, name, salt, hashed] = /^([^:]+):([0-9a-f]{32}):([0-9a-f]{64})$/.exec(line) ?? []
    if (name === undefined || salt === undefined || hashed === undefined)
      throw new Error(
        `${file}, line ${index + 1}: each line must be name:salt:hash, as hash-password.js prints it`,
      )
    users.set(name, { salt: Buffer.from(salt, 'hex'), hashed: Buffer.from(hashed, 'hex') })
  }
  // Checked for unknown names, so that they take as long as a wrong password.
  const unknownUser = { salt: randomBytes(SALT_LENGTH), hashed: randomBytes(HASH_LENGTH) }
  return {
    /**
     * @param {string} username
     * @param {Uint8Array} password
     */
    async verify(username, password) {
      const { salt, hashed } = users.get(username) ?? unknownUser
      return timingSafeEqual(await hash(password, salt, HASH_LENGTH), hashed)
    },
  }
}
