import fc from 'fast-check'

// Uses the same inputs for each mutant, so that verdicts are reproducible, and does not shrink: any counterexample is enough.
fc.configureGlobal({ seed: 0x311, endOnFailure: true })
