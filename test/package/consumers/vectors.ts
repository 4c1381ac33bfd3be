// `require` and `import` of the corpus have the same type.

import type vectors from 'mqtt-wire/vectors'
import type { ValidVector } from 'mqtt-wire/vectors'

import required = require('mqtt-wire/vectors')

import { assert, type Same } from './same.js'

assert<Same<typeof vectors.valid, ValidVector[]>>()
assert<Same<typeof required, typeof vectors>>()
