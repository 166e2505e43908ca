import type { Cell } from '../figure.ts'
import { startService } from '../service/our_service.ts'
import type { TokenHolder } from '../service/stock.ts'
import { core, type Workplace } from '../workplace.ts'
import { countLines, type FilledDatabase, loggedDays } from './filled_database.ts'
import { measureLogins } from './measured_logins.ts'

/** As many at once leave half of a core free, so that a wait for the database is seen. */
const connections = 4
const monthDays = 30

export const pruningColumns = [
  ...['database', 'lines', 'logins/s', 'p50 ms', 'p99 ms', 'max ms', 'lines deleted/s'],
  ...['x p99 without', 'minutes for a month'],
]

/** Logins while lines that are older than two of three months are deleted, and while nothing is. */
export async function measurePruning(
  place: Workplace,
  filled: FilledDatabase,
  holders: readonly TokenHolder[],
  times: { readonly warmSecs: number; readonly secs: number },
): Promise<{ readonly rows: Cell[][]; readonly allowed: number[] }> {
  const { database, folder, databaseUrl, size } = filled
  const rows: Cell[][] = []
  const allowed: number[] = []
  let p99Without = Number.NaN
  for (const prunes of [false, true]) {
    const service = await startService(place, {
      ...{ name: `pruning service on ${database}`, folder, core: core.server },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      sections: prunes
        ? `\n[logs]\nkeep_days=${loggedDays - monthDays}\n`
        : '\n[logs]\nkeep_days=0\n',
    })
    const own = holders.filter((_, index) => index % 2 === Number(prunes))
    const before = await countLines(filled)
    const began = performance.now()
    const logins = await measureLogins(place, service, filled, own, { ...times, connections })
    const tookSecs = (performance.now() - began) / 1000
    const added = logins.allowed * ((times.warmSecs + times.secs) / logins.secs)
    const deleted = Math.max(0, before + added - (await countLines(filled)))
    await service.server.stop()
    const { p50, p99, max } = logins.latency
    if (!prunes) p99Without = p99
    allowed.push(logins.allowed)
    rows.push([
      `${database}, ${prunes ? 'a month is deleted' : 'nothing is deleted'}`,
      ...[size.logRows, logins.allowed / logins.secs, p50, p99, max],
      ...(prunes
        ? [
            deleted / tookSecs,
            p99 / p99Without,
            size.logRows / (loggedDays / monthDays) / (deleted / tookSecs) / 60,
          ]
        : [undefined, 1, undefined]),
    ])
  }
  return { rows, allowed }
}
