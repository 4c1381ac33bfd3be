import * as s from './run.mjs'
const [, , which, codec='default'] = process.argv
const r = await s[which](codec)
console.log(r.tests.size, r.failed)
