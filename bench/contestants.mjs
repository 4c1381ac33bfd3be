// A contestant is a module of a few lines. README.md tells what it exports, and each file in contestants/ is an example.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { load as loadEntry } from '../dist/cli/bench/measure/contestant.js'

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

/** The module; an `instance` of its own shares no code, and so no type feedback, with any other. */
export function load(path, instance) {
  return loadEntry({ path }, instance)
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
