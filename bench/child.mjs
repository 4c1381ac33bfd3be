// One task in a process of its own: what V8 has learnt from one workload must not decide about the next.

// Whoever has started it may be gone.
process.once('disconnect', () => process.exit(1))

process.once('message', async ({ task, options }) => {
  try {
    const { default: run } = await import(`./tasks/${task}.mjs`)
    const result = await run(options, (progress) => process.send({ progress }))
    process.send({ result }, () => process.exit())
  } catch (error) {
    process.send({ error: error.stack ?? String(error) }, () => process.exit(1))
  }
})
