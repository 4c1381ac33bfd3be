import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Debian installs servers in a folder that is not on every user's path. */
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']

/** The path of a program, if it is installed. */
export function programPath(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
