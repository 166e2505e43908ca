import type { RadiusServerDuoOnly } from '../../../src/proxy/sections/proxy_config.ts'
import type { KnobCell } from './knob_matrix.ts'
import type { Setup, Stage } from './stage.ts'

/** Whether a cell ended as it must. */
export interface Verdict {
  /** `open`: either outcome is right, because it depends on milliseconds or on an unknown of AWS. */
  readonly kind: 'right' | 'wrong' | 'open'
  /** What was seen. */
  readonly seen: string
  /** Prompts that the user got beyond those of one login. */
  readonly duplicates: number
  /** Why nobody can say which outcome is right, if it is open. */
  readonly because?: string
}

/** One line of the list in the reference (§11.7), run in each cell of the matrix. */
export interface Scenario {
  /** Number in the list. */
  readonly number: number
  readonly title: string
  /** What must come out. */
  readonly expected: string
  /** Applications that the stage must have. */
  readonly setups: readonly Setup[]
  /** Whether only one cell is run: it takes the machine for itself, or sets the knobs itself. */
  readonly isSingle?: boolean
  /** Waits for replies that do not come, or for a user, so that many cells run at once. */
  readonly isWaiting?: boolean
  /** Whether the outcome depends on retries, so that all of their combinations are run. */
  readonly hasRetries?: boolean
  /** The cells, if they are not those of the usual matrix. */
  readonly cells?: readonly KnobCell[]
  /** Differs from the other scenarios in its proxies, so that it has a stage of its own. */
  readonly hasOwnStage?: boolean
  /** Differences of the listeners of that stage. */
  readonly changes?: Partial<RadiusServerDuoOnly>
  /** Whether its first proxy is a program of its own, which can be killed. */
  readonly isFirstProxySeparate?: boolean
  readonly run: (stage: Stage, cell: KnobCell, index: number) => Promise<Verdict>
}

/** Compares what was seen with what must be seen. */
export function verdict(seen: unknown, expected: unknown, duplicates = 0): Verdict {
  const [one, other] = [JSON.stringify(seen), JSON.stringify(expected)]
  const isRight = one === other && duplicates === 0
  return {
    kind: isRight ? 'right' : 'wrong',
    seen: one === other ? one : `${one} instead of ${other}`,
    duplicates,
  }
}
