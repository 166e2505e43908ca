import type { DirectoryDescription } from '../directory/directory.ts'
import type { Evidence } from '../knobs/knob_table.ts'

export type { LoginResult } from '../directory/login.ts'
export type { TraceEvent } from '../trace/trace.ts'

/** The answer to `GET /sim/directory`. */
export interface ShownDirectory extends DirectoryDescription {
  /** Pages for trying the directory, such as the push app. */
  readonly links: readonly ShownLink[]
}

export interface ShownLink {
  readonly name: string
  readonly url: string
}

/** One row of the answer to `GET /sim/knob-table`: an assumption about AWS's directory. */
export interface ShownKnob {
  readonly name: string
  readonly evidence: Evidence
  readonly text: string
  readonly default: unknown
  /** The values that it can have; `undefined` if they can't be listed. */
  readonly choices?: readonly (string | boolean)[]
}
