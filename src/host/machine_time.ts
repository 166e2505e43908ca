/**
 * Milliseconds by a clock that never goes back and that all processes of this machine share, unlike that of
 * `performance.now()`, which begins with each process.
 */
export function machineMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1_000_000
}
