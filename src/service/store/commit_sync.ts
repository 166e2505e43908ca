import { type FileHandle, open } from 'node:fs/promises'

/**
 * Makes the commits of a SQLite database durable without blocking the event loop: SQLite writes them to its
 * write-ahead log, and a thread of Node waits for the disk, once for all commits that were written meanwhile.
 * The log keeps the order of commits, so a commit is on the disk only after everything that it has read.
 *
 * After a failure it reports no commit as durable until the process starts again: the system does not say what
 * was lost, and a later success would prove nothing. A program that serves others should end then.
 */
export class CommitSync {
  readonly #file: string
  #log: FileHandle | undefined
  /** It may have begun before the newest commit. */
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  readonly #failed: ((failure: Error) => void) | undefined
  #failure: Error | undefined

  /**
   * @param file Of the database.
   * @param failed Called once, before anybody learns that a commit has failed.
   */
  constructor(file: string, failed?: (failure: Error) => void) {
    this.#file = `${file}-wal`
    this.#failed = failed
  }

  /** @throws {Error} if the disk has failed before. */
  requireDisk(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Call it after each commit. @returns When the commit is on the disk. */
  committed(): Promise<void> {
    this.#next ??= this.#after(this.#running)
    return this.#next
  }

  /** Waits until everything that can be read now is on the disk. */
  async settled(): Promise<void> {
    await (this.#next ?? this.#running)
  }

  async close(): Promise<void> {
    await this.settled().catch(() => {})
    await this.#log?.close()
  }

  async #after(before: Promise<void> | undefined): Promise<void> {
    // so that this sync covers all commits of this turn of the event loop, or during the sync that runs
    await before
    this.#running = this.#next
    this.#next = undefined
    this.requireDisk()
    try {
      this.#log ??= await open(this.#file, 'r+')
      await this.#log.datasync()
    } catch (error) {
      this.#failure = new Error(`the disk did not take the write-ahead log: ${reason(error)}`)
      this.#failed?.(this.#failure)
      throw this.#failure
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
