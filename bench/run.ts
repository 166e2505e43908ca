/**
 * `npm run bench [-- NAME…]`: measures each figure and a named peer in the same run, and compares them with the
 * figures of the last commit. `--keep` writes them to bench/figures and into the pages of docs, to be
 * committed. Starts everything on loopback, leaves nothing behind, and fails if a server gives no verified
 * replies; `--quick` checks only that. bench_options.ts lists the options.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { styleText } from 'node:util'
import {
  type BenchName,
  type BenchOptions,
  BenchUsageError,
  benchHelp,
  parseBenchOptions,
} from './bench_options.ts'
import { compareFigures, describeRegressions, type Regression } from './comparison.ts'
import type { Figures } from './figure.ts'
import { keepFigures, observeCircumstances, readCommittedFigures } from './kept_figures.ts'
import { panelBench } from './panel/panel_bench.ts'
import { profileFigures } from './proxy/profile.ts'
import { proxyBench } from './proxy/proxy_bench.ts'
import { workersBench } from './proxy/workers_bench.ts'
import { radiusBench } from './radius/radius_bench.ts'
import { type ScaleBenchOptions, scaleBench } from './scale/scale_bench.ts'
import { loginBench } from './service/login_bench.ts'
import { nodesBench } from './service/nodes_bench.ts'
import { pendingBench } from './transaction/pending_bench.ts'
import { type WaitingBenchOptions, waitingBench } from './waiting/waiting_bench.ts'
import { Workplace } from './workplace.ts'

const flags = readOptions()

const length = flags.quick
  ? { rounds: 1, warmSecs: 0.2, secs: 0.3, quick: true }
  : flags.brief
    ? { rounds: 2, warmSecs: 1, secs: 3, brief: true }
    : { rounds: 3, warmSecs: 2, secs: 4 }

type Bench = (place: Workplace) => Promise<Figures | readonly Figures[]>
const benches: Readonly<Record<BenchName, Bench>> = {
  proxy: (place) => (flags.profile ? profiled(place) : proxyBench(place, length)),
  workers: (place) => workersBench(place, length),
  service: (place) => loginBench(place, length),
  nodes: (place) => nodesBench(place, length),
  radius: (place) => radiusBench(place, length),
  transactions: (place) => pendingBench(place, length),
  waiting: (place) => waitingBench(place, { ...length, ...waitingLoad() }),
  panel: (place) => panelBench(place, length),
  scale: (place) => scaleBench(place, { ...length, ...largestSize() }),
}

function readOptions(): BenchOptions {
  try {
    const options = parseBenchOptions(process.argv.slice(2))
    if (options !== 'help') return options
    process.stdout.write(benchHelp)
    process.exit(0)
  } catch (error) {
    if (!(error instanceof BenchUsageError)) throw error
    process.stderr.write(`bench: ${error.message}\nnpm run bench -- --help lists the options\n`)
    process.exit(2)
  }
}

/** How many pushes wait, how many are sent a second, and which servers are measured. */
function waitingLoad(): WaitingBenchOptions {
  const { pending, rate, servers } = flags
  return {
    ...(pending === undefined ? {} : { pending }),
    ...(rate === undefined ? {} : { ratePerSec: rate }),
    ...(servers === undefined ? {} : { servers }),
  }
}

/** The largest database of the scale benchmark. */
function largestSize(): Pick<ScaleBenchOptions, 'users' | 'logRows' | 'servers'> {
  const { users, logRows, servers } = flags
  return {
    ...(servers === undefined ? {} : { servers }),
    ...(users === undefined ? {} : { users }),
    ...(logRows === undefined ? {} : { logRows }),
  }
}

async function profiled(place: Workplace): Promise<Figures> {
  const profileFolder = await place.folder('profile')
  await proxyBench(place, { ...length, profileFolder })
  await place.stop()
  return profileFigures(profileFolder, 'where the proxy spends its time')
}

const regressions: Regression[] = []
for (const name of flags.names) {
  const bench = benches[name]
  const circumstances = await observeCircumstances(flags.brief ? 'brief' : 'whole')
  const place = await Workplace.open()
  const leave = (): void => void place.close().finally(() => process.exit(130))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  try {
    if (!flags.json) process.stderr.write(styleText('dim', `measuring ${name} …\n`))
    const began = performance.now()
    for (const figures of [await bench(place)].flat()) {
      if (!figures.verified.every((replies) => replies > 0)) {
        throw new Error(
          `${name}: a server gave no verified replies: ${figures.verified.join(', ')}`,
        )
      }
      const compared = compareFigures(figures, circumstances, committedOf(figures))
      for (const found of compared.regressions) {
        regressions.push({ ...found, what: `${figures.name}: ${found.what}` })
      }
      process.stdout.write(flags.json ? `${JSON.stringify(figures)}\n` : `${compared.text}\n`)
      if (flags.keep) keepFigures({ circumstances, figures })
    }
    const secs = ((performance.now() - began) / 1000).toFixed(0)
    if (!flags.json) process.stderr.write(styleText('dim', `measured ${name} in ${secs} s\n`))
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave)
    await place.close()
  }
}
if (!flags.json && !flags.quick) {
  process.stdout.write(`${describeRegressions(regressions)}\n`)
  process.stdout.write(
    flags.keep
      ? 'Wrote bench/figures and the pages of docs: commit them together.\n'
      : 'To commit these figures, run this again with --keep.\n',
  )
}
if (flags.keep) {
  execFileSync(process.execPath, [join(import.meta.dirname, '../docs/generate.ts')], {
    stdio: 'inherit',
  })
}

/** None for a look whether all of it works, which is no figure. */
function committedOf({ name }: Figures): ReturnType<typeof readCommittedFigures> {
  return flags.quick ? undefined : readCommittedFigures(name)
}
