/** A Vitest reporter whose last line is the result alone; in CI a skipped test or an empty run is a failure. */
export default class Summary {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      let own = 0
      for (const test of module.children.allTests()) {
        count[test.result().state]++
        if (test.result().state === 'failed') own++
      }
      // A file that cannot be loaded has no failed test.
      if (!module.ok() && own === 0) count.failed++
    }
    const unrun = count.skipped + count.pending
    if (unrun > 0) console.log(`${unrun} skipped`)
    console.log(`${count.passed} passed, ${count.failed} failed`)
    if (process.env.CI && (unrun > 0 || count.passed === 0)) process.exitCode = 1
  }
}
