import type { ReportSource } from '../report/reporter.ts'
import type { HealthStatus } from './proxy_status.ts'

/**
 * Whether the proxy can decide on logins: every section listens, and its API is usable, or `failmode=safe`
 * accepts logins while it is down. An API that was not asked yet counts as usable.
 *
 * The texts contain neither usernames nor secrets.
 */
export function findHealth(sections: readonly ReportSource[]): HealthStatus {
  const problems = sections.flatMap(findProblem)
  return {
    ok: sections.length > 0 && problems.every(({ isCovered }) => isCovered),
    problems: problems.filter(({ isCovered }) => !isCovered).map(({ text }) => text),
    covered: problems.filter(({ isCovered }) => isCovered).map(({ text }) => text),
  }
}

function findProblem({
  section: { name, failmode, apiHost, apiPort },
  isListening,
  address,
  port,
  activity: { apiState },
}: ReportSource): { readonly text: string; readonly isCovered: boolean }[] {
  if (!isListening) {
    const text = `[${name}] does not listen on ${address} port ${port}; restart the proxy`
    return [{ text, isCovered: false }]
  }
  if (apiState === undefined || apiState.kind === 'usable') return []
  const cause = `[${name}] ${apiHost}:${apiPort}`
  if (apiState.kind === 'refused') {
    const text = `${cause} refuses this proxy, so sign-ins are rejected: ${apiState.problem}`
    return [{ text, isCovered: false }]
  }
  const effect =
    failmode === 'safe'
      ? 'failmode=safe accepts users without a second factor'
      : 'failmode=secure rejects every sign-in'
  return [
    {
      text: `${cause} can't be reached, and ${effect}: ${apiState.problem}`,
      isCovered: failmode === 'safe',
    },
  ]
}
