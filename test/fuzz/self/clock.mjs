// The CPU time of the process in ms. On a busy machine, much more time passes.

export function computed() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
