import type { Finding } from './finding.ts'

/** The settings that decide how long a user has to approve. */
export interface BudgetSettings {
  readonly timeoutSecs: number
  /** Further attempts after the first. */
  readonly retries: number
  /** How many RADIUS servers the directory knows. */
  readonly servers: number
}

/** How long users took to approve pushes. */
export interface ApprovalTimes {
  readonly count: number
  readonly medianMs: number
  readonly p90Ms: number
  readonly p95Ms: number
}

/** How long a user has to approve. */
export interface TimeBudget {
  /** How long the directory would try, without its outer deadline. */
  readonly totalSecs: number
  /** Until the first attempt is given up; a user who takes longer needs joined requests. */
  readonly firstAttemptSecs: number
  /** Until no attempt can still be listening. */
  readonly usableSecs: number
  /** Attempts that begin before the deadline. */
  readonly attempts: number
  /** Whether an attempt reaches a second server: AWS does not say whether it asks the first one again before. */
  readonly secondServer: 'asked' | 'asked in one order only' | 'never asked'
}

/**
 * The directory gives up a sign-in after about this time. AWS does not publish it: it says that above a
 * timeout of 20 s a second server can't be tried, so two attempts of 20 s fit and two longer ones do not.
 */
export const estimatedDeadlineSecs = 40

/** Computes what settings leave a user. */
export function timeBudget(
  { timeoutSecs, retries, servers }: BudgetSettings,
  deadlineSecs = estimatedDeadlineSecs,
): TimeBudget {
  const planned = (retries + 1) * Math.max(1, servers)
  const totalSecs = timeoutSecs * planned
  const attempts = Math.min(planned, Math.ceil(deadlineSecs / timeoutSecs))
  return {
    totalSecs,
    firstAttemptSecs: Math.min(timeoutSecs, deadlineSecs),
    usableSecs: Math.min(totalSecs, deadlineSecs),
    attempts,
    secondServer: secondServer({ timeoutSecs, retries, servers }, deadlineSecs),
  }
}

function secondServer(
  { timeoutSecs, retries, servers }: BudgetSettings,
  deadlineSecs: number,
): TimeBudget['secondServer'] {
  if (servers < 2 || timeoutSecs * 2 > deadlineSecs) return 'never asked'
  // after all attempts at the first server
  return timeoutSecs * (retries + 2) <= deadlineSecs ? 'asked' : 'asked in one order only'
}

/** Settings worth comparing, with the one in force first. */
export function budgetTable(current: BudgetSettings): readonly BudgetRow[] {
  const { servers } = current
  const recommended = recommendedSettings(servers)
  const candidates = [
    current,
    recommended,
    { timeoutSecs: 10, retries: servers > 1 ? 1 : 3, servers },
  ]
  if (servers === 1) candidates.push({ timeoutSecs: 50, retries: 0, servers })
  const different = candidates.filter(
    (row, index) => candidates.findIndex((other) => isSame(other, row)) === index,
  )
  return different.map((settings) => ({
    ...settings,
    ...timeBudget(settings),
    isCurrent: settings === current,
    isRecommended: isSame(settings, recommended),
  }))
}

export interface BudgetRow extends BudgetSettings, TimeBudget {
  readonly isCurrent: boolean
  readonly isRecommended: boolean
}

/**
 * 20 s is the longest timeout with which a second server is asked. Only two attempts begin: with a retry, both may
 * go to the first server.
 */
export function recommendedSettings(servers: number): BudgetSettings {
  return { timeoutSecs: 20, retries: servers > 1 ? 0 : 2, servers }
}

const checkName = 'time-budget'

/**
 * Compares the settings with the time that users take.
 *
 * @param approvals `undefined` if it is not known.
 */
export function judgeBudget(
  settings: BudgetSettings,
  approvals: ApprovalTimes | undefined,
): Finding[] {
  const budget = timeBudget(settings)
  const { timeoutSecs, retries, servers } = settings
  const findings: Finding[] = []
  if (servers > 1 && budget.secondServer === 'never asked') {
    findings.push({
      severity: 'error',
      check: checkName,
      what: `With a timeout of ${timeoutSecs} s the directory can't ask its second RADIUS server.`,
      why: `It gives up after about ${estimatedDeadlineSecs} s, before a second attempt ends; if the first proxy is down, no one can sign in.`,
      todo: 'Set the server timeout to 20 seconds or less.',
    })
  }
  if (budget.secondServer === 'asked in one order only') {
    findings.push({
      severity: 'warning',
      check: checkName,
      what: `The second RADIUS server may never be asked: the directory may ask the first one ${retries + 1} times before it, ${timeoutSecs} s each, and gives up after about ${estimatedDeadlineSecs} s.`,
      why: 'AWS does not publish the order. If it is this one, no one can sign in while the first proxy is down.',
      todo: `Set the retries to ${Math.floor(estimatedDeadlineSecs / timeoutSecs) - 2}: the second server is asked in time in either order then.`,
    })
  }
  if (budget.totalSecs > estimatedDeadlineSecs) {
    findings.push({
      severity: 'note',
      check: checkName,
      what: `${budget.totalSecs} s of attempts are configured; the directory gives up after about ${estimatedDeadlineSecs} s, in attempt ${budget.attempts}.`,
      why: 'AWS does not publish this deadline. Attempts after it never begin and do no harm, so the recommended settings may exceed it.',
    })
  }
  return [...findings, ...judgeApprovals(budget, approvals)]
}

function judgeApprovals(budget: TimeBudget, approvals: ApprovalTimes | undefined): Finding[] {
  const { firstAttemptSecs, usableSecs } = budget
  if (approvals === undefined || approvals.count === 0) {
    const short = usableSecs < 20
    return [
      {
        severity: short ? 'warning' : 'ok',
        check: checkName,
        what: `Users have ${usableSecs} s to approve a push; how long they take is not known yet.`,
        ...(short
          ? {
              why: 'Approving a push takes 10 to 30 seconds.',
              todo: 'Set the server timeout to 20 seconds, and the retries to 0 (two servers) or 2 (one).',
            }
          : {}),
      },
    ]
  }
  const { count, medianMs, p90Ms, p95Ms } = approvals
  const times = `Of ${count} approvals, half took ${seconds(medianMs)}, 90 % at most ${seconds(p90Ms)} and 95 % at most ${seconds(p95Ms)}`
  if (p95Ms > usableSecs * 1000) {
    return [
      {
        severity: p90Ms > usableSecs * 1000 ? 'error' : 'warning',
        check: checkName,
        what: `${times}; the directory waits ${usableSecs} s.`,
        why: 'Users who take longer approve, and still see "Authentication Failed".',
        todo:
          usableSecs < estimatedDeadlineSecs
            ? 'Raise the timeout to 20 seconds and the retries to 1 or 2, or ask users to type a passcode.'
            : 'Ask slow users to type a passcode, or to open the app before they sign in.',
      },
    ]
  }
  if (p95Ms > firstAttemptSecs * 1000) {
    return [
      {
        severity: 'note',
        check: checkName,
        what: `${times}; the first attempt ends after ${firstAttemptSecs} s, the last after ${usableSecs} s.`,
        why: 'Slow users approve during a later attempt. It must join the push that is waiting, or they get a second one.',
        todo: 'Keep joined sign-ins on for this application.',
      },
    ]
  }
  return [
    {
      severity: 'ok',
      check: checkName,
      what: `${times}; the directory waits ${usableSecs} s.`,
    },
  ]
}

/** `8.4 s` */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function isSame(one: BudgetSettings, other: BudgetSettings): boolean {
  return (
    one.timeoutSecs === other.timeoutSecs &&
    one.retries === other.retries &&
    one.servers === other.servers
  )
}
