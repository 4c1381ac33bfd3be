import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const PROJECT = process.env.MQTT_WIRE_BENCH_PROJECT

/** Imports a module of a rival from the project that runs `mqtt-wire bench --rivals`, or else from bench/node_modules. */
export function rival(specifier) {
  const from = PROJECT === undefined ? import.meta.url : pathToFileURL(`${PROJECT}/package.json`)
  return import(pathToFileURL(createRequire(from).resolve(specifier)))
}
