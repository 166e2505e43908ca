/** Why a program is asked to end. */
export type StopReason = 'SIGTERM' | 'SIGINT' | 'end of standard input'

/** Calls a listener for each SIGHUP. Windows has none: there it would mean that a console was closed. */
export function onHangup(listener: () => void): void {
  if (process.platform !== 'win32') process.on('SIGHUP', listener)
}

/**
 * Resolves on SIGTERM or SIGINT.
 *
 * @param onStdinEnd Resolves at the end of standard input, too. A Windows service has no signals, so its
 *   wrapper closes this pipe; under systemd, standard input has ended from the start.
 */
export function untilStopped({ onStdinEnd = false } = {}): Promise<StopReason> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
    if (!onStdinEnd) return
    const ended = (): void => resolve('end of standard input')
    process.stdin.once('end', ended).once('error', ended).resume()
  })
}
