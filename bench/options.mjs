// The command line.

import { parseArgs } from 'node:util'
import { UsageError } from '../dist/cli/usage.js'

export const HELP = `npm run bench -- [options]

Measures mqtt-wire against every other MQTT 3.1.1 codec on npm, and prints a table for each workload.

  --quick            fewer and shorter rounds, for a first impression
  --only NAMES       only these workloads or jobs, separated by commas: W1,"W2 encode",memory,linearity,
                     connections,threads,hostile,fan-out
  --json FILE        write the results
  --contestant FILE  add a contestant: a module like those in bench/contestants. Can be given several times;
                     --gate and the hostile traffic use the last one
  --gate             compare with bench/gate.json; exit status 1 if a figure fails
  --update           with --gate: set the ratios in bench/gate.json to three quarters of the measured ones
  --compare FILE     show the change since a run that was saved with --json;
                     with --gate, require at least three quarters of each of its ratios
  --publish          measure on Node 20, 22 and 24, and write bench/README.md, bench/chart.svg and bench/results;
                     with --only, keep the other figures; with --quick, measure nothing
  --help             show this help
`

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'string' },
  contestant: { type: 'string', multiple: true, default: [] },
  gate: { type: 'boolean', default: false },
  update: { type: 'boolean', default: false },
  compare: { type: 'string' },
  publish: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
}

/** @throws UsageError if the arguments are invalid */
export function options(args) {
  const values = parse(args)
  if (values.update && !values.gate) throw new UsageError('--update requires --gate')
  return values
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(error.message)
  }
}
