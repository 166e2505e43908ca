import { spawn } from 'node:child_process'

/**
 * Reports the state of this process to systemd (sd_notify), if systemd has started it. Node.js has no datagram
 * Unix sockets, so each message is a run of `systemd-notify`; the unit needs `NotifyAccess=all`.
 *
 * Messages are sent one after another, and none of them can fail for the caller.
 */
export class ServiceManager {
  readonly #env: NodeJS.ProcessEnv
  readonly #warn: (message: string) => void
  #sent: Promise<void> = Promise.resolve()
  #hasWarned = false
  #watchdog: NodeJS.Timeout | undefined

  /** @param warn Receives why messages can't be sent; once. */
  constructor(env: NodeJS.ProcessEnv, warn: (message: string) => void) {
    this.#env = env
    this.#warn = warn
  }

  /** @param status One line that `systemctl status` shows. */
  ready(status: string): Promise<void> {
    return this.#send('READY=1', `STATUS=${status}`)
  }

  /** `ready` must follow. */
  reloading(): Promise<void> {
    // systemd compares this clock, which is the one of hrtime on Linux
    const microseconds = process.hrtime.bigint() / 1000n
    return this.#send('RELOADING=1', `MONOTONIC_USEC=${microseconds}`, 'STATUS=reloading')
  }

  stopping(): Promise<void> {
    clearInterval(this.#watchdog)
    return this.#send('STOPPING=1', 'STATUS=stopping')
  }

  /**
   * Notifies the watchdog twice per `WatchdogSec` of the unit, as long as `isHealthy`. systemd restarts a
   * process that stops notifying, such as one whose event loop is stuck.
   */
  watch(isHealthy: () => boolean): void {
    const { WATCHDOG_USEC, WATCHDOG_PID } = this.#env
    const intervalMs = Number(WATCHDOG_USEC) / 1000
    if (!(intervalMs > 0)) return
    if (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid) return
    let isSending = false
    this.#watchdog = setInterval(() => {
      // at most one process at a time, also if systemd-notify is slow
      if (isSending || !isHealthy()) return
      isSending = true
      void this.#send('WATCHDOG=1').then(() => {
        isSending = false
      })
    }, intervalMs / 2).unref()
  }

  #send(...assignments: readonly string[]): Promise<void> {
    if (this.#env.NOTIFY_SOCKET === undefined) return Promise.resolve()
    this.#sent = this.#sent.then(() => this.#run(assignments))
    return this.#sent
  }

  #run(assignments: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const child = spawn('systemd-notify', assignments, { stdio: 'ignore', env: this.#env })
    child.once('error', (error) => {
      this.#failed(error.message)
      resolve()
    })
    child.once('exit', (status) => {
      if (status !== 0) this.#failed(`it ended with ${status}`)
      resolve()
    })
    return promise
  }

  #failed(reason: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#warn(
      `the state of this process can't be reported to systemd: systemd-notify failed: ${reason}; install it, or use Type=exec in the unit`,
    )
  }
}
