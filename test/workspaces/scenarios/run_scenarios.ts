import { setTimeout as delay } from 'node:timers/promises'
import type { KnobCell } from './knob_matrix.ts'
import type { Scenario, Verdict } from './scenario.ts'
import { type Setup, Stage } from './stage.ts'

/** One run of one scenario. */
export interface CellResult {
  readonly scenario: Scenario
  readonly cell: KnobCell
  readonly verdict: Verdict
  /** How often it was run before without a result. */
  readonly repeats: number
}

interface Cell {
  readonly scenario: Scenario
  readonly cell: KnobCell
  readonly index: number
}

/** Cells of scenarios that work all the time. */
const busyAtOnce = 4
/** Cells of scenarios that mostly wait. */
const defaultWaitingAtOnce = 250
/** Between the starts of cells that wait, so that they do not all need the processor at once. */
const staggerMs = 150
const maxRepeats = 2

/**
 * Runs scenarios in all cells of a matrix, many at once, because most of them only wait.
 *
 * @param matrixFor The cells of a scenario.
 * @param onResult Called after each cell.
 */
export async function runScenarios(
  scenarios: readonly Scenario[],
  matrixFor: (scenario: Scenario, index: number) => readonly KnobCell[],
  options: {
    readonly atOnce?: number
    readonly onResult?: (result: CellResult) => void
  } = {},
): Promise<readonly CellResult[]> {
  const results: CellResult[] = []
  const play = async ({ scenario, cell, index }: Cell, stage: Stage): Promise<void> => {
    const result = { scenario, cell, ...(await attempt(scenario, stage, cell, index)) }
    results.push(result)
    options.onResult?.(result)
  }
  const cells = scenarios.flatMap((scenario, number) => {
    const all = matrixFor(scenario, number)
    const chosen = scenario.isSingle === true ? all.slice(0, 1) : all
    return chosen.map((cell, index) => ({ scenario, cell, index }))
  })
  const own = cells.filter(({ scenario }) => scenario.hasOwnStage === true)
  const shared = cells.filter((cell) => !own.includes(cell))
  const single = shared.filter(({ scenario }) => scenario.isSingle === true)
  const waiting = shared.filter(({ scenario }) => scenario.isWaiting === true)
  const busy = shared.filter((cell) => !single.includes(cell) && !waiting.includes(cell))
  const playShared = async (): Promise<void> => {
    if (shared.length === 0) return
    const stage = await Stage.start(distinctSetups(shared.map(({ scenario }) => scenario)))
    try {
      await Promise.all([
        inParallel(waiting, options.atOnce ?? defaultWaitingAtOnce, (cell) => play(cell, stage)),
        inParallel(busy, busyAtOnce, (cell) => play(cell, stage)),
      ])
      // these take the machine for themselves
      for (const cell of single) await play(cell, stage)
    } finally {
      await stage.close()
    }
  }
  const playOwn = async (): Promise<void> => {
    for (const cell of own) {
      const { setups, changes, isFirstProxySeparate = false } = cell.scenario
      const stage = await Stage.start(setups, changes, { isFirstProxySeparate })
      try {
        await play(cell, stage)
      } finally {
        await stage.close()
      }
    }
  }
  await Promise.all([playShared(), playOwn()])
  return results
}

function distinctSetups(scenarios: readonly Scenario[]): Setup[] {
  const all = scenarios.flatMap(({ setups }) => setups)
  return [...new Map(all.map((setup) => [JSON.stringify(setup), setup])).values()]
}

/** Runs a cell; again, if the machine broke it off, such as by a lost connection of the test's phone. */
async function attempt(
  scenario: Scenario,
  stage: Stage,
  cell: KnobCell,
  index: number,
): Promise<Pick<CellResult, 'verdict' | 'repeats'>> {
  for (let repeats = 0; ; repeats++) {
    try {
      return { verdict: await scenario.run(stage, cell, index), repeats }
    } catch (error) {
      if (repeats < maxRepeats && scenario.hasOwnStage !== true) continue
      const seen = error instanceof Error ? error.message : String(error)
      return { verdict: { kind: 'wrong', seen, duplicates: 0 }, repeats }
    }
  }
}

async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const worker = async (_item: unknown, index: number): Promise<void> => {
    await delay(index * staggerMs)
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(items.slice(0, atOnce).map(worker))
}
