// The contestants. README.md describes what a contestant exports; the files in contestants/ are examples.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { load as loadEntry } from '../dist/cli/bench/measure/contestant.js'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** The most widely used rival. Ratios are relative to it. */
export const PINNED = here('contestants/mqtt-packet.mjs')
export const OURS = here('contestants/mqtt-wire.mjs')
export const RIVALS = [
  PINNED,
  here('contestants/sap-xb-msg-mqtt-v311.mjs'),
  here('contestants/mqtts.mjs'),
  here('contestants/u8-mqtt-packet.mjs'),
]

/** Loads a contestant. Each `instance` gets its own copy of the module, so that instances share no type feedback. */
export function load(path, instance) {
  return loadEntry({ path }, instance)
}

/** Returns a contestant's name and path, and the version of its package if it is known. */
export async function describe(path) {
  const { name, version } = await load(path, 'description')
  const manifests = name === 'mqtt-wire' ? ['../package.json'] : [`node_modules/${name}/package.json`]
  for (const manifest of manifests) {
    const text = await readFile(here(manifest), 'utf8').catch(() => undefined)
    if (text !== undefined) return { name, version: JSON.parse(text).version, path }
  }
  return { name, version, path }
}
