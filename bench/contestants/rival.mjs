import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const PROJECT = process.env.MQTT_WIRE_BENCH_PROJECT

/** A module of a rival: from bench/node_modules, or as the project has it that asks `mqtt-wire bench` for rivals. */
export function rival(specifier) {
  const from = PROJECT === undefined ? import.meta.url : pathToFileURL(`${PROJECT}/package.json`)
  return import(pathToFileURL(createRequire(from).resolve(specifier)))
}
