import { readFileSync } from 'node:fs'

/** What the kernel counts of the main thread of a process since its start. */
export interface ProcessTime {
  /** Time on a processor. */
  readonly ranMs: number
  /** Time in which it could have run, but others did. */
  readonly waitedMs: number
  /** Whether it runs, or waits for a processor, now. */
  readonly isRunnable: boolean
}

/** @returns `undefined` if the system does not tell: the process has ended, or this is not Linux. */
export function readProcessTime(pid: number): ProcessTime | undefined {
  try {
    // kernel documentation, scheduler/sched-stats: nanoseconds on a processor, and on a run queue
    const [ran, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number)
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    if (ran === undefined || waited === undefined) return undefined
    // proc(5): the state is what follows the name, which may contain anything
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    return { ranMs: ran / 1e6, waitedMs: waited / 1e6, isRunnable: state === 'R' }
  } catch {
    return undefined
  }
}
