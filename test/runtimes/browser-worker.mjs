// Runs the suite in a worker: browser-worker.mjs, or browser-worker.mjs?npm-buffer with npm's buffer.

import { runSuite } from './suite.mjs'

/** Loads a CommonJS module and the modules that it requires, given the texts of all modules by name. */
function required(name, texts, loaded = new Map()) {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const module = { exports: {} }
  loaded.set(name, module)
  new Function('module', 'exports', 'require', texts[name])(module, module.exports, (other) =>
    required(other, texts, loaded),
  )
  return module.exports
}

if (location.search === '?npm-buffer') {
  const texts = {}
  for (const name of ['buffer', 'base64-js', 'ieee754'])
    texts[name] = await (await fetch(`node_modules/${name}/index.js`)).text()
  globalThis.Buffer = required('buffer', texts).Buffer
}

const corpus = await (await fetch('/test/vectors/vectors.json')).json()
// After Buffer was defined, because the library looks it up once.
postMessage(await runSuite(await import('/dist/index.js'), corpus))
