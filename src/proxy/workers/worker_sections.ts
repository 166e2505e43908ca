import type { ProxyReport } from '../../duo/index.ts'
import { ServerCounters } from '../../radius/udp/counters.ts'
import type { ReportSource } from '../report/reporter.ts'
import type { ApiState, SectionActivity } from '../report/section_activity.ts'
import { SignInCounters } from '../second_factor/sign_in_counters.ts'
import type { ServerSection } from '../sections/proxy_config.ts'
import type { SectionState, State } from './messages.ts'

/** Sends a report over a worker's connections. */
export type SendReport = (
  section: string,
  report: ProxyReport,
  signal: AbortSignal,
) => Promise<void>

/**
 * A section as all workers serve it together.
 *
 * @param states Of the workers that run.
 * @param ended The last states of workers that have ended, whose counts stay.
 */
export function combineSection(
  section: ServerSection,
  {
    states,
    ended,
  }: { readonly states: readonly SectionState[]; readonly ended: readonly SectionState[] },
  activity: SectionActivity,
  report: SendReport,
): ReportSource {
  const [first] = states
  const sum = (pick: (state: SectionState) => number): number =>
    states.reduce((total, state) => total + pick(state), 0)
  activity.apiState = worst(states.flatMap(({ apiState }) => apiState ?? [])) ?? activity.apiState
  const latched = new Map(states.flatMap((state) => state.latched.map((one) => [one.address, one])))
  return {
    section,
    transport: first?.transport ?? 'UDP',
    address: first?.address ?? section.interfaceAddress ?? '0.0.0.0',
    port: first?.port ?? section.port,
    isListening: states.length > 0 && states.every(({ isListening }) => isListening),
    pending: sum(({ pending }) => pending),
    latched: [...latched.values()],
    counters: combineCounters([...ended, ...states], latched.size),
    activity,
    api: {
      takesReports: states.some(({ takesReports }) => takesReports),
      certificateExpiry: states.find(({ certificateExpiry }) => certificateExpiry !== undefined)
        ?.certificateExpiry,
      waiting: { size: sum(({ waiting }) => waiting) },
      messages: {
        connections: sum(({ messages }) => messages.connections),
        open: sum(({ messages }) => messages.open),
      },
      report: (about, signal) => report(section.name, about, signal),
    },
  }
}

/** By section, over all workers. */
export function combineSignIns(states: readonly State[]): ReadonlyMap<string, SignInCounters> {
  const combined = new Map<string, SignInCounters>()
  for (const { signIns } of states) {
    for (const [section, counted] of Object.entries(signIns)) {
      const counters = combined.get(section) ?? new SignInCounters()
      combined.set(section, counters)
      counters.add(counted)
    }
  }
  return combined
}

/** What two workers that have ended counted and learned, as one. */
export function addCounts(one: State | undefined, other: State): State {
  if (one === undefined) return other
  const signIns = Object.fromEntries(combineSignIns([one, other]))
  const gone = one.sections.filter(
    ({ name }) => !other.sections.some((section) => section.name === name),
  )
  const sections = other.sections.map((section) => {
    const before = one.sections.find(({ name }) => name === section.name)
    if (before === undefined) return section
    const counters = combineCounters([before, section], 0)
    const { recent, news } = counters.dropSources
    const latched = [...before.latched, ...section.latched].filter(
      ({ address }, index, all) => index === all.findIndex((known) => known.address === address),
    )
    return { ...section, counters, latched, dropSources: { recent, news } }
  })
  return { ...other, signIns, sections: [...gone, ...sections] }
}

/** After an administrator has made all workers forget which addresses sign their requests. */
export function withoutLatches(state: State): State {
  return { ...state, sections: state.sections.map((section) => ({ ...section, latched: [] })) }
}

function combineCounters(states: readonly SectionState[], latched: number): ServerCounters {
  const counters = new ServerCounters()
  for (const { counters: counted } of states) if (counted !== undefined) counters.add(counted)
  counters.dropSources.replace(states.map(({ dropSources }) => dropSources))
  counters.latched = latched
  return counters
}

/** One worker that can't use the API is a problem, even if the others can. */
function worst(states: readonly ApiState[]): ApiState | undefined {
  return (
    states.find(({ kind }) => kind === 'refused') ??
    states.find(({ kind }) => kind === 'down') ??
    states[0]
  )
}
