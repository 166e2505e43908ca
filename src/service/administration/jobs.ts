import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { DirectoryError } from '../people/user.ts'
import { newIdentifier } from '../store/identifier.ts'
import type { Store, StoreDb } from '../store/store.ts'
import { AdministrationError } from './administration_error.ts'

/** `interrupted`: the service stopped meanwhile; start the work again. */
export type JobState = 'running' | 'done' | 'failed' | 'interrupted'

/** Work of an administrator that takes longer than a request. */
export interface Job {
  /** `DJ…` */
  readonly jobId: string
  /** Such as `user_import`. */
  readonly kind: string
  readonly state: JobState
  /** Steps of the work. */
  readonly total: number
  readonly done: number
  /** In milliseconds since 1970. */
  readonly created: number
  readonly updated: number
  /** `null` until the work is done. */
  readonly result: object | null
  /** Why it failed; empty otherwise. */
  readonly error: string
  /** The name of the file that it wrote; empty for none. */
  readonly fileName: string
}

export interface NewJob {
  readonly adminId: string
  readonly kind: string
  readonly total: number
}

export interface JobOutcome {
  readonly result: object
  readonly file?: { readonly name: string; readonly content: string }
}

/** Does the work. @param progress Receives how many steps are done. */
export type JobWork = (progress: (done: number) => Promise<void>) => Promise<JobOutcome>

const keptMs = 24 * 60 * 60_000
const silentMs = 60_000
const progressMs = 500
const maxRunning = 2

/** Stores long work and its progress, so that every node can answer how far it is. */
export class Jobs {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Log
  #running = 0

  constructor(store: Store, clock: Clock, log: Log) {
    this.#store = store
    this.#clock = clock
    this.#log = log
  }

  /**
   * Starts work in the background.
   *
   * @throws {DirectoryError} `DIRECTORY_TOO_MANY` if this node has enough to do.
   */
  async start({ adminId, kind, total }: NewJob, work: JobWork): Promise<Job> {
    if (this.#running >= maxRunning) {
      throw new DirectoryError(
        'DIRECTORY_TOO_MANY',
        `${maxRunning} imports or bulk changes are running; wait until one is done`,
      )
    }
    this.#running++
    const jobId = newIdentifier('DJ')
    const now = this.#clock.now()
    const row = {
      job_id: jobId,
      admin_id: adminId,
      kind,
      state: 'running',
      total,
      done: 0,
      created: now,
      updated: now,
      result: null,
      error: '',
      file_name: '',
      file: null,
    }
    try {
      await this.#store.transaction((db) => db.insertInto('jobs').values(row).execute())
    } catch (error) {
      this.#running--
      throw error
    }
    void this.#run(jobId, kind, work).finally(() => this.#running--)
    return toJob(row, now)
  }

  /** A job of this administrator. */
  async find(jobId: string, adminId: string): Promise<Job | undefined> {
    const row = await this.#store.db
      .selectFrom('jobs')
      .select(['job_id', 'kind', 'state', 'total', 'done', 'created', 'updated'])
      .select(['result', 'error', 'file_name'])
      .where('job_id', '=', jobId)
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return row === undefined ? undefined : toJob(row, this.#clock.now())
  }

  /** The file that a job of this administrator wrote. */
  async file(
    jobId: string,
    adminId: string,
  ): Promise<{ readonly name: string; readonly content: string } | undefined> {
    const row = await this.#store.db
      .selectFrom('jobs')
      .select(['file_name', 'file'])
      .where('job_id', '=', jobId)
      .where('admin_id', '=', adminId)
      .executeTakeFirst()
    return row === undefined || row.file === null
      ? undefined
      : { name: row.file_name, content: row.file }
  }

  /** Deletes jobs of the day before, and their files. */
  async prune(db: StoreDb): Promise<void> {
    await db
      .deleteFrom('jobs')
      .where('created', '<', this.#clock.now() - keptMs)
      .execute()
  }

  async #run(jobId: string, kind: string, work: JobWork): Promise<void> {
    try {
      const { result, file } = await work(this.#progress(jobId))
      await this.#update(jobId, {
        state: 'done',
        result: JSON.stringify(result),
        ...(file === undefined ? {} : { file_name: file.name, file: file.content }),
      })
    } catch (error) {
      this.#log.error('a job failed', { job: jobId, kind, error: String(error) })
      const isExpected = error instanceof DirectoryError || error instanceof AdministrationError
      const reason = isExpected ? error.message : 'the service failed; its log has the reason'
      // a service that stops has closed its database; the job is shown as interrupted
      await this.#update(jobId, { state: 'failed', error: reason }).catch(() => {})
    }
  }

  #progress(jobId: string): (done: number) => Promise<void> {
    let last = this.#clock.now()
    return async (done) => {
      const now = this.#clock.now()
      if (now - last < progressMs) return
      last = now
      await this.#update(jobId, { done })
    }
  }

  async #update(
    jobId: string,
    set: {
      readonly state?: JobState
      readonly done?: number
      readonly result?: string
      readonly error?: string
      readonly file_name?: string
      readonly file?: string
    },
  ): Promise<void> {
    const updated = this.#clock.now()
    await this.#store.transaction((db) =>
      db
        .updateTable('jobs')
        .set((column) => ({
          ...set,
          updated,
          ...(set.state === 'done' ? { done: column.ref('total') } : {}),
        }))
        .where('job_id', '=', jobId)
        .execute(),
    )
  }
}

function toJob(
  row: {
    readonly job_id: string
    readonly kind: string
    readonly state: string
    readonly total: number
    readonly done: number
    readonly created: number
    readonly updated: number
    readonly result: string | null
    readonly error: string
    readonly file_name: string
  },
  now: number,
): Job {
  const isSilent = row.state === 'running' && row.updated < now - silentMs
  return {
    jobId: row.job_id,
    kind: row.kind,
    state: isSilent ? 'interrupted' : readState(row.state),
    total: row.total,
    done: row.done,
    created: row.created,
    updated: row.updated,
    result: row.result === null ? null : JSON.parse(row.result),
    error: row.error,
    fileName: row.file_name,
  }
}

function readState(state: string): JobState {
  return state === 'running' || state === 'done' ? state : 'failed'
}
