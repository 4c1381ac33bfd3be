import { runSuite } from './suite.mjs'

const corpus = await (await fetch('/test/vectors/vectors.json')).json()
postMessage(await runSuite(await import('/dist/index.js'), corpus))
