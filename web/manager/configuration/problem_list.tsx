import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconWand } from '@tabler/icons-react'
import type { Problem } from '../../../src/manager/editor/page_api.ts'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'

/** The problems of the text; each leads to its line, and may offer a correction. */
export function ProblemList() {
  const { editor } = useManager()
  const problems = useStore(editor.problems)
  if (problems === undefined) return <p className="panel-note">Checking…</p>
  if (problems.length === 0) {
    return (
      <p className="panel-note" role="status">
        <IconCircleCheck className="tone-success" size={20} aria-hidden />
        No problems in the text. Validate also checks the connections.
      </p>
    )
  }
  return (
    <ul className="findings">
      {problems.map((problem) => (
        <Item key={`${problem.line} ${problem.message}`} problem={problem} />
      ))}
    </ul>
  )
}

function Item({ problem }: { readonly problem: Problem }) {
  const { editor } = useManager()
  const { severity, line, message } = problem
  const label = editor.fixLabel(problem)
  return (
    <li className="finding" data-severity={severity}>
      <SeverityIcon severity={severity} />
      <div>
        <p>
          <button type="button" className="line-link" onClick={() => editor.goTo(line)}>
            Line {line}
          </button>{' '}
          {message}
        </p>
        {label !== undefined && (
          <Button
            size="compact-xs"
            variant="light"
            leftSection={<IconWand size={14} aria-hidden />}
            onClick={() => editor.fix(problem)}
          >
            {label}
          </Button>
        )}
      </div>
    </li>
  )
}

/** With a word for screen readers. */
export function SeverityIcon({
  severity,
}: {
  readonly severity: 'error' | 'warning' | 'warn' | 'info'
}) {
  if (severity === 'info') {
    return <IconCircleCheck className="tone-success" size={18} aria-label="Fine" role="img" />
  }
  return severity === 'error' ? (
    <IconCircleX className="tone-danger" size={18} aria-label="Error" role="img" />
  ) : (
    <IconAlertTriangle className="tone-warning" size={18} aria-label="Warning" role="img" />
  )
}
