// Rivals for `--rivals`, resolved from the user's project.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../usage.ts'

/** Packages by name, with their modules in bench/contestants. */
const MODULES: Readonly<Record<string, string>> = {
  'mqtt-packet': 'mqtt-packet',
  '@sap/xb-msg-mqtt-v311': 'sap-xb-msg-mqtt-v311',
  mqtts: 'mqtts',
  'u8-mqtt-packet': 'u8-mqtt-packet',
}

export interface Rival {
  readonly name: string
  readonly version: string
  readonly path: string
}

/**
 * Parses a list of packages.
 *
 * @param project the folder from which packages are resolved
 * @throws UsageError for a package that is unknown or not installed
 */
export function rivalsFrom(list: string, project: string): Rival[] {
  return list.split(',').map((entry) => {
    const name = entry.trim()
    const module = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined
    if (module === undefined)
      throw new UsageError(`--rivals: ${name} is not one of ${Object.keys(MODULES).join(', ')}`)
    const manifest = manifestOf(name, project)
    if (manifest === undefined)
      throw new UsageError(`--rivals: ${name} is not installed; run npm install --save-dev ${name}`)
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
    const url = new URL(`../../../bench/contestants/${module}.mjs`, import.meta.url)
    return { name, version, path: fileURLToPath(url) }
  })
}

function manifestOf(name: string, project: string): string | undefined {
  const folders = createRequire(join(project, 'package.json')).resolve.paths(name) ?? []
  return folders.map((folder) => join(folder, name, 'package.json')).find(existsSync)
}
