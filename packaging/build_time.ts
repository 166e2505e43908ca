import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The date of files in packages that are built from a source archive without its history. */
const withoutHistory = Date.UTC(2026, 0, 1) / 1000

/**
 * The time that all files in the packages get, in seconds since 1970: `SOURCE_DATE_EPOCH`, else that of
 * the commit. Two builds of one commit thus have the same bytes.
 */
export function readBuildTime(): number {
  const given = process.env.SOURCE_DATE_EPOCH
  if (given !== undefined && /^\d{1,11}$/.test(given)) return Number(given)
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  })
  return status === 0 && /^\d+\n$/.test(stdout) ? Number(stdout) : withoutHistory
}
