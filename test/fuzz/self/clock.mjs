// How long the process has computed, in ms. On a busy machine it waits for much longer than that.

export function computed() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
