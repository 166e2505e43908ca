import { Button, Group, Loader } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import type { ConnectivityEvent } from '../../../src/manager/editor/page_api.ts'
import { Problem } from '../../parts/problem.tsx'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'
import { SeverityIcon } from './problem_list.tsx'
import type { ValidationState } from './validation.ts'

type Finding = Extract<ConnectivityEvent, { kind: 'finding' | 'result' }>

interface SectionFindings {
  readonly title: string
  readonly findings: readonly Finding[]
}

/** The results of the connectivity tool as they come. */
export function ValidationPanel() {
  const { validation, editor } = useManager()
  const state = useStore(validation.state)
  // checked after each change, so that 'the text has changed' appears
  useStore(editor.problems)
  const run = () => void validation.run(editor.text)
  if (state.phase === 'none') {
    return (
      <div className="panel-empty">
        <IconPlugConnected size={28} aria-hidden />
        <p>
          Validate runs the connectivity tool on the text in the editor: the keys, the service, and
          every port and server that it names.
        </p>
        <Button variant="light" onClick={run}>
          Validate now
        </Button>
      </div>
    )
  }
  return (
    <div className="validation">
      <Summary state={state} isOutdated={state.text !== editor.text} />
      {groupFindings(state.events).map(({ title, findings }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ul className="findings">
            {findings.map((finding) => (
              <Item key={`${finding.kind} ${finding.message}`} finding={finding} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function Summary({
  state,
  isOutdated,
}: {
  readonly state: ValidationState
  readonly isOutdated: boolean
}) {
  const { validation } = useManager()
  if (state.phase === 'running') {
    return (
      <Group role="status" className="panel-note" gap="sm" wrap="nowrap">
        <Loader size="xs" />
        <span className="grow">Validating…</span>
        <Button size="compact-sm" variant="default" onClick={() => validation.cancel()}>
          Cancel
        </Button>
      </Group>
    )
  }
  if (state.phase === 'failed') return <Problem>{state.problem}</Problem>
  if (state.phase === 'cancelled') {
    return (
      <p className="panel-note" role="status">
        Cancelled; the results are incomplete.
      </p>
    )
  }
  const summary = state.events.find((event) => event.kind === 'summary')
  const { errors = 0, warnings = 0 } = summary ?? {}
  return (
    <p className="panel-note" role="status">
      <SeverityIcon severity={errors > 0 ? 'error' : warnings > 0 ? 'warning' : 'info'} />
      <span>
        {errors + warnings === 0
          ? 'No issues detected.'
          : `${count(errors, 'error')}, ${count(warnings, 'warning')}.`}
        {isOutdated && ' The text has changed since.'}
      </span>
    </p>
  )
}

function count(found: number, noun: string): string {
  return `${found === 0 ? 'no' : found} ${noun}${found === 1 ? '' : 's'}`
}

function Item({ finding }: { readonly finding: Finding }) {
  const { editor } = useManager()
  const { severity, message } = finding
  const line = finding.kind === 'finding' ? finding.line : undefined
  const remedy = finding.kind === 'finding' ? finding.remedy : undefined
  return (
    <li className="finding" data-severity={severity}>
      <SeverityIcon severity={severity} />
      <div>
        <p>
          {line !== undefined && (
            <button type="button" className="line-link" onClick={() => editor.goTo(line)}>
              Line {line}
            </button>
          )}{' '}
          {message}
        </p>
        {remedy !== undefined && <p className="remedy">{remedy}</p>}
      </div>
    </li>
  )
}

const passTitles = { configuration: 'Configuration', connectivity: 'Connectivity' } as const

/** Findings by pass and section, in the order in which they come. */
function groupFindings(events: readonly ConnectivityEvent[]): SectionFindings[] {
  const groups = new Map<string, Finding[]>()
  for (const event of events) {
    if (event.kind === 'summary') continue
    const place = event.section === '' ? 'the file' : `[${event.section}]`
    const title = `${passTitles[event.pass]}: ${place}`
    const findings = groups.get(title) ?? []
    groups.set(title, findings)
    // the findings say what is wrong; only that nothing is needs a line of its own
    const isRepetition = event.kind === 'result' && event.severity !== 'info'
    if (event.kind !== 'section' && !isRepetition) findings.push(event)
  }
  return [...groups].map(([title, findings]) => ({ title, findings }))
}
