// tape, but a test that throws fails alone, and one that waits for assertions that never come ends.
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
