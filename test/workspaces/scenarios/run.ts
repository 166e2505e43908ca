/**
 * `npm run scenarios [-- --only NUMBER,…] [--at-once COUNT] [--output FILE]`: runs the scenarios of a WorkSpaces sign-in
 * in real time, and writes docs/workspaces-scenarios.md. Exits with 1 if a cell is wrong.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { quickMatrix } from './knob_matrix.ts'
import { formatReport } from './report_page.ts'
import { runScenarios } from './run_scenarios.ts'
import { allScenarios, cellsOf } from './scenario_list.ts'

const page = resolve(import.meta.dirname, '../../../docs/workspaces-scenarios.md')
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'at-once': { type: 'string', default: '250' },
    output: { type: 'string', default: page },
    quick: { type: 'boolean', default: false },
  },
})

const numbers = values.only?.split(',').map(Number)
const scenarios = allScenarios().filter(
  ({ number }) => numbers === undefined || numbers.includes(number),
)
const start = Date.now()
let done = 0
const results = await runScenarios(scenarios, values.quick ? quickMatrix : cellsOf, {
  atOnce: Number(values['at-once']),
  onResult: ({ scenario, cell, verdict }) => {
    done++
    if (verdict.kind === 'wrong') {
      const where = JSON.stringify(cell)
      process.stdout.write(
        `wrong: ${scenario.number} ${scenario.title}: ${verdict.seen}, ${verdict.duplicates} duplicates ${where}\n`,
      )
    } else if (done % 100 === 0) process.stdout.write(`${done} cells\n`)
  },
})
const seconds = Math.round((Date.now() - start) / 1000)
const date = new Date(start).toISOString().slice(0, 10)
writeFileSync(values.output, formatReport(results, { date, seconds }))
const wrong = results.filter(({ verdict }) => verdict.kind === 'wrong').length
process.stdout.write(
  `${results.length} cells, ${wrong} wrong, ${seconds} s; wrote ${values.output}\n`,
)
process.exitCode = wrong === 0 ? 0 : 1
