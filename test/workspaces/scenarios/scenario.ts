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
  /** Whether only the defaults matter, such as for the API. */
  readonly isSingle?: boolean
  /** Waits for a minute, so that many cells run at once. */
  readonly isWaiting?: boolean
  /** Differs from the other scenarios in its listeners, so that it has a stage of its own. */
  readonly hasOwnStage?: boolean
  /** Differences of the listeners of that stage. */
  readonly changes?: Partial<RadiusServerDuoOnly>
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
