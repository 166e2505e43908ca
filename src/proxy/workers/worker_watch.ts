import type { Log } from '../../host/log.ts'
import { type ProcessTime, readProcessTime } from './process_time.ts'
import type { Silence } from './silence.ts'

export interface WorkerLimits {
  /** How long a worker may send nothing although it could. */
  readonly hangMs: number
  /** How long it may take to become ready: it loads its modules first. */
  readonly startMs: number
}

/** What is watched of a worker. */
interface Watched {
  readonly number: number
  readonly pid: number
  readonly isReady: boolean
  readonly silence: Silence
  kill(): void
}

const usualLimits: WorkerLimits = { hangMs: 15_000, startMs: 30_000 }
/** How often `look` is called. */
const everyMs = 1_000

/** Kills workers that hang, and those that do not become ready. */
export class WorkerWatch {
  readonly #log: Log
  readonly #limits: WorkerLimits
  readonly #timeOf: (pid: number) => ProcessTime | undefined
  #lookedMs = performance.now()

  /** @param timeOf Replaces what the kernel counts. */
  constructor(log: Log, limits: Partial<WorkerLimits> = {}, timeOf = readProcessTime) {
    this.#log = log
    this.#limits = { ...usualLimits, ...limits }
    this.#timeOf = timeOf
  }

  /** Must be called every second. What takes longer is a stall of this process, which says nothing about workers. */
  look(workers: readonly Watched[], nowMs = performance.now()): void {
    const elapsedMs = Math.min(everyMs, nowMs - this.#lookedMs)
    this.#lookedMs = nowMs
    const { hangMs, startMs } = this.#limits
    for (const worker of workers) {
      const { number, pid, isReady, silence } = worker
      silence.add(elapsedMs, this.#timeOf(pid))
      if (silence.ms < (isReady ? hangMs : startMs)) continue
      const secs = Math.round(silence.ms / 1000)
      if (isReady) {
        this.#log.error(
          `worker ${number} (process ${pid}) has not responded for ${secs} s and is killed`,
        )
      } else {
        this.#log.error(
          `worker ${number} (process ${pid}) is not ready after ${secs} s and is killed`,
        )
      }
      silence.end()
      worker.kill()
    }
  }
}
