import * as library from './dist/index.js'
import { runSuite } from './suite.mjs'

export default {
  async fetch(request) {
    return Response.json(await runSuite(library, await request.json()))
  },
}
