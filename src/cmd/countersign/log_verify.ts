import { type LogName, logNames } from '../../service/audit/log_lines.ts'
import {
  type LogProblem,
  type LogVerification,
  verifyLog,
} from '../../service/audit/log_verification.ts'
import { type DataOptions, withStore } from './context.ts'
import { isoTime } from './output.ts'

/** `countersign log verify`: exit status 1 if a log was tampered with. */
export async function verifyLogs(options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json }) => {
    const results: LogVerification[] = []
    for (const log of logNames) {
      const result = await verifyLog(log, store.db, (lines) => showProgress(log, lines))
      results.push(result)
      if (!json) process.stdout.write(describe(result))
    }
    if (json) process.stdout.write(`${JSON.stringify(results.map(toJson), null, 2)}\n`)
    if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1
  })
}

function showProgress(log: LogName, lines: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${log}: ${lines} lines`)
}

function describe({ log, verified, unchained, waiting, heads, problems }: LogVerification): string {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  const counts = [
    `${verified} lines verified`,
    ...(waiting === 0 ? [] : [`${waiting} new lines wait to be chained by the service`]),
    ...(unchained === 0 ? [] : [`${unchained} lines are from before the logs were chained`]),
  ]
  const lines = [
    `${log}: ${problems.length === 0 ? 'intact' : 'TAMPERED WITH'}; ${counts.join('; ')}`,
    ...problems.map((problem) => `  ${describeProblem(problem)}`),
    ...heads.map(({ node, seq, hash }) => `  node ${node} ends at seal ${seq}: ${hash}`),
  ]
  return `${lines.join('\n')}\n`
}

function describeProblem({ id, timestamp, what }: LogProblem): string {
  const line = id === undefined ? '' : `line ${id}: `
  return `${line}${what}${timestamp === undefined ? '' : ` (${isoTime(timestamp)})`}`
}

function toJson({ problems, ...result }: LogVerification): object {
  return {
    ...result,
    intact: problems.length === 0,
    problems: problems.map(({ timestamp, ...problem }) => ({
      ...problem,
      ...(timestamp === undefined ? {} : { timestamp: isoTime(timestamp) }),
    })),
  }
}
