import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Debian keeps servers in a folder that is not on everybody's path. */
const FOLDERS = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']

/** Where a program is, if it is installed. */
export function programPath(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
