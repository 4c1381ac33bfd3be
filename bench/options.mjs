// The command line.

import { parseArgs } from 'node:util'
import { UsageError } from '../dist/cli/usage.js'

export const HELP = `npm run bench -- [options]

Measures mqtt-wire against every other MQTT 3.1.1 codec on npm, and prints a table for each workload.

  --quick            fewer and shorter rounds: a look, not a measurement
  --only NAMES       only these workloads or jobs, with commas between: W1,"W2 encode",memory,linearity,
                     connections,threads,hostile,fan-out
  --json FILE        write the results
  --contestant FILE  add a contestant: a module as those in bench/contestants; may be given several times.
                     The last one is the one that --gate judges and that the hostile traffic is sent to
  --gate             judge by bench/gate.json; exit status 1 if anything falls short
  --update           with --gate: set the ratios of bench/gate.json to three quarters of what is measured
  --compare FILE     show the change since the run that --json has written there;
                     with --gate, judge by that run: three quarters of each of its ratios must be left
  --publish          measure on Node 20, 22 and 24 and write bench/README.md, bench/chart.svg and bench/results
  --help             this text
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

/** @throws UsageError for what it does not know */
export function options(args) {
  const values = parse(args)
  if (values.update && !values.gate) throw new UsageError('--update goes with --gate')
  return values
}

function parse(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(error.message)
  }
}
