// The corpus: `require` and `import` give the same.

import type vectors from 'mqtt-wire/vectors'
import type { ValidVector } from 'mqtt-wire/vectors'

import required = require('mqtt-wire/vectors')

import { assert, type Same } from './same.js'

assert<Same<typeof vectors.valid, ValidVector[]>>()
assert<Same<typeof required, typeof vectors>>()
