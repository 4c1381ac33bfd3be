import fc from 'fast-check'

// The same inputs for each mutant, so that a verdict stays what it is; and one counterexample is enough, however long.
fc.configureGlobal({ seed: 0x311, endOnFailure: true })
