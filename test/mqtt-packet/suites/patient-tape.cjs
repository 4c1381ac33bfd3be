// tape, changed so that a test that throws fails only itself, and one that waits for missing assertions ends.
const tape = require('../../../../tape')

module.exports = (name, run) =>
  tape(name, { timeout: 20_000 }, (t) => {
    try {
      run(t)
    } catch (error) {
      t.fail(`throws: ${error.message}`)
      t.end()
    }
  })
