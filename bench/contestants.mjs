// A contestant is a module of a few lines. README.md tells what it exports, and each file in contestants/ is an example.

import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The rival that ratios are ratios to: the one that most of the world uses. */
export const PINNED = here('contestants/mqtt-packet.mjs')
export const OURS = here('contestants/mqtt-wire.mjs')
export const RIVALS = [
  PINNED,
  here('contestants/sap-xb-msg-mqtt-v311.mjs'),
  here('contestants/mqtts.mjs'),
  here('contestants/u8-mqtt-packet.mjs'),
]

const REQUIRED = ['name', 'open', 'feed', 'read', 'neutral']

/** The module; an `instance` of its own shares no code, and so no type feedback, with any other. */
export async function load(path, instance) {
  const contestant = await import(`${pathToFileURL(resolve(path))}?${encodeURIComponent(instance)}`)
  const missing = REQUIRED.filter((name) => contestant[name] === undefined)
  if (missing.length > 0) throw new Error(`${basename(path)} does not export ${missing.join(', ')}`)
  return contestant
}

/** Its name, and the version of the package that it stands for, where one can be found. */
export async function describe(path) {
  const { name, version } = await load(path, 'description')
  const manifests = name === 'mqtt-wire' ? ['../package.json'] : [`node_modules/${name}/package.json`]
  for (const manifest of manifests) {
    const text = await readFile(here(manifest), 'utf8').catch(() => undefined)
    if (text !== undefined) return { name, version: JSON.parse(text).version, path }
  }
  return { name, version, path }
}
