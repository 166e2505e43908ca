import type { Job } from '../parts/job.ts'

/** A line that can't be imported. */
export interface LineProblem {
  readonly line: number
  /** The column to correct; empty for the line as a whole. */
  readonly column: string
  /** What is wrong, and what to do. */
  readonly what: string
}

/** What an import did; after a dry run, what it would do. */
export interface ImportResult {
  readonly file_name: string
  readonly dry_run: boolean
  readonly lines: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly invited: number
  /** The first 500 of them. */
  readonly problems: readonly LineProblem[]
  readonly problem_count: number
}

export type ImportJob = Job<ImportResult>

/** What an import does besides the lines of its file. */
export interface ImportOptions {
  readonly create_groups: boolean
  readonly invite: boolean
}
