import { setTimeout as delay } from 'node:timers/promises'
import type { KnobCell } from './knob_matrix.ts'
import type { Scenario, Verdict } from './scenario.ts'
import { type Setup, Stage } from './stage.ts'

/** One run of one scenario. */
export interface CellResult {
  readonly scenario: Scenario
  readonly cell: KnobCell
  readonly verdict: Verdict
}

/** Cells of scenarios that work all the time. */
const busyAtOnce = 6
/** Cells of scenarios that mostly wait. */
const defaultWaitingAtOnce = 300
/** Between the starts of cells that wait, so that they do not all need the processor at once. */
const staggerMs = 60

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
  const shared = scenarios.filter(({ hasOwnStage }) => hasOwnStage !== true)
  const setups = distinctSetups(shared)
  const results: CellResult[] = []
  const note = (result: CellResult): void => {
    results.push(result)
    options.onResult?.(result)
  }
  const work = shared.flatMap((scenario) =>
    cellsOf(scenario, scenarios, matrixFor).map((cell, index) => ({ scenario, cell, index })),
  )
  if (work.length > 0) {
    const stage = await Stage.start(setups)
    try {
      const play = async ({ scenario, cell, index }: (typeof work)[number]): Promise<void> => {
        note({ scenario, cell, verdict: await attempt(scenario, stage, cell, index) })
      }
      const isWaiting = ({ scenario }: (typeof work)[number]) => scenario.isWaiting === true
      await inParallel(
        work.filter((item) => !isWaiting(item)),
        busyAtOnce,
        play,
      )
      await inParallel(work.filter(isWaiting), options.atOnce ?? defaultWaitingAtOnce, play)
    } finally {
      await stage.close()
    }
  }
  for (const scenario of scenarios.filter(({ hasOwnStage }) => hasOwnStage === true)) {
    for (const [index, cell] of cellsOf(scenario, scenarios, matrixFor).entries()) {
      const stage = await Stage.start(scenario.setups, scenario.changes)
      try {
        note({ scenario, cell, verdict: await attempt(scenario, stage, cell, index) })
      } finally {
        await stage.close()
      }
    }
  }
  return results
}

function cellsOf(
  scenario: Scenario,
  all: readonly Scenario[],
  matrixFor: (scenario: Scenario, index: number) => readonly KnobCell[],
): readonly KnobCell[] {
  const cells = matrixFor(scenario, all.indexOf(scenario))
  return scenario.isSingle === true ? cells.slice(0, 1) : cells
}

function distinctSetups(scenarios: readonly Scenario[]): Setup[] {
  const all = scenarios.flatMap(({ setups }) => setups)
  return [...new Map(all.map((setup) => [JSON.stringify(setup), setup])).values()]
}

async function attempt(
  scenario: Scenario,
  stage: Stage,
  cell: KnobCell,
  index: number,
): Promise<Verdict> {
  try {
    return await scenario.run(stage, cell, index)
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error)
    return { kind: 'wrong', seen, duplicates: 0 }
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
