import { join } from 'node:path'
import type { Clock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import type { Log } from '../../host/log.ts'
import { type PrimaryOnlyWindow, readWindow, removeWindow, writeWindow } from './window_file.ts'

/** How long the mode lasts, in minutes. */
export const primaryOnlyMinutes = { default: 60, max: 240 } as const

/** Where the proxy keeps the window, in its run folder. */
export function primaryOnlyFileIn(runDir: string): string {
  return join(runDir, 'primary_only.json')
}

/** Sign-ins during the window. */
export interface PrimaryOnlyCounts {
  readonly accepted: number
  readonly rejected: number
}

const minuteMs = 60_000

/**
 * Primary-only mode: for a limited time, sign-ins whose password the proxy has checked are accepted
 * without the second factor, because an administrator has turned it on during an outage. It never begins by
 * itself, is logged at level warn while it lasts, and ends by itself at its limit.
 *
 * The window is kept in a file, so that a restart of the proxy neither ends nor extends it.
 */
export class PrimaryOnly {
  readonly #file: string
  readonly #clock: Clock
  readonly #log: Log
  #window: PrimaryOnlyWindow | undefined
  /** A window that has ended, but is still in the file. */
  #leftOver: PrimaryOnlyWindow | undefined
  /** Limit by `performance.now()`, which, unlike the clock, can't be set back. */
  #untilMs = 0
  #accepted = 0
  #rejected = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * Continues a window that began before the proxy was restarted.
   *
   * @param file Where the window is kept.
   */
  constructor(file: string, { clock, log }: { readonly clock: Clock; readonly log: Log }) {
    this.#file = file
    this.#clock = clock
    this.#log = log
    this.#restore()
  }

  /** `undefined` while every sign-in needs its second factor. */
  get window(): PrimaryOnlyWindow | undefined {
    const isOver =
      this.#window === undefined ||
      this.#clock.now() >= this.#window.until ||
      this.#clock.now() < this.#window.since ||
      performance.now() >= this.#untilMs
    return isOver ? undefined : this.#window
  }

  get counts(): PrimaryOnlyCounts {
    return { accepted: this.#accepted, rejected: this.#rejected }
  }

  isActive(): boolean {
    return this.window !== undefined
  }

  count(outcome: keyof PrimaryOnlyCounts): void {
    if (outcome === 'accepted') this.#accepted++
    else this.#rejected++
  }

  /**
   * Begins a window, or replaces the one that is open.
   *
   * @param minutes 1 to `primaryOnlyMinutes.max`.
   * @throws A system error if the window can't be kept; nothing has changed then.
   */
  start(minutes: number): PrimaryOnlyWindow {
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > primaryOnlyMinutes.max) {
      throw new RangeError(`minutes are from 1 to ${primaryOnlyMinutes.max}`)
    }
    const since = this.#clock.now()
    const window = { since, until: since + minutes * minuteMs }
    writeWindow(this.#file, window)
    this.#leftOver = undefined
    this.#accepted = 0
    this.#rejected = 0
    this.#log.warn(
      `primary-only mode begins: until ${formatTime(window.until)}, sections that check passwords accept them alone, and all others reject every sign-in`,
    )
    this.#open(window)
    return window
  }

  /**
   * Ends the window, also in its file.
   *
   * @returns Whether a window was open, or still in the file.
   * @throws {Error} if the file can't be changed: the mode is off, but a restart turns it on again.
   */
  stop(): boolean {
    const window = this.#window ?? this.#leftOver
    if (window === undefined) return false
    const problem = this.#end('it was stopped')
    if (problem === undefined || window.until <= this.#clock.now()) return true
    throw new Error(
      `primary-only mode is off, but a restart of the proxy turns it on again until ${formatTime(window.until)}: ${problem}; remove the file`,
    )
  }

  /** When the proxy stops; the window stays in its file. */
  close(): void {
    clearInterval(this.#timer)
  }

  #restore(): void {
    const kept = readWindow(this.#file)
    if (kept === undefined) return
    if ('problem' in kept) return this.#discard(kept.problem)
    const { since, until } = kept
    const now = this.#clock.now()
    const isPlausible = since <= now && until - since <= primaryOnlyMinutes.max * minuteMs
    if (!isPlausible) return this.#discard('its times are impossible; was the clock changed?')
    if (until <= now) return this.#discard('its time is over')
    this.#log.warn(`primary-only mode continues after a restart until ${formatTime(until)}`)
    this.#open(kept)
  }

  #open(window: PrimaryOnlyWindow): void {
    this.#window = window
    this.#untilMs = performance.now() + (window.until - this.#clock.now())
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.remind(), minuteMs).unref()
  }

  /** Warns that the mode is on, or ends it at its limit; called every minute. */
  remind(): void {
    const { window } = this
    if (window === undefined) return void this.#end('its time is over')
    const left = Math.ceil((window.until - this.#clock.now()) / minuteMs)
    this.#log.warn(`primary-only mode is on for ${left} more minute${left === 1 ? '' : 's'}`, {
      ...this.counts,
    })
  }

  /** @returns Why the window is still in its file. */
  #end(reason: string): string | undefined {
    clearInterval(this.#timer)
    if (this.#window !== undefined) {
      this.#log.warn(
        `primary-only mode has ended: ${reason}; every sign-in needs its second factor again`,
        { ...this.counts },
      )
    }
    const window = this.#window ?? this.#leftOver
    this.#window = undefined
    const problem = this.#remove()
    this.#leftOver = problem === undefined ? undefined : window
    return problem
  }

  #discard(problem: string): void {
    this.#log.warn(`primary-only mode is off: ${this.#file} is not used: ${problem}`)
    this.#remove()
  }

  /** The mode has ended in any case, and sign-ins go on. @returns Why it is impossible. */
  #remove(): string | undefined {
    try {
      removeWindow(this.#file)
      return undefined
    } catch (error) {
      const problem = errorText(error)
      this.#log.error(
        `primary-only mode is off, but a restart of the proxy may turn it on again: ${problem}; remove the file`,
      )
      return problem
    }
  }
}

/** A time as the texts of the mode and `authproxyctl status` show it: `2026-01-01 01:00:00 UTC`. */
export function formatTime(at: number): string {
  const text = new Date(at).toISOString()
  return `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`
}
