import { Button } from '@mantine/core'
import { useState } from 'react'
import { tableRoles } from '../parts/table_roles.ts'
import type { LineProblem } from './import_job.ts'

const shownAtFirst = 25

/** The lines that an import returns, with what to correct. */
export function LineProblems({
  problems,
  count,
}: {
  readonly problems: readonly LineProblem[]
  /** All of them; `problems` may have only the first. */
  readonly count: number
}) {
  const [all, setAll] = useState(false)
  const shown = all ? problems : problems.slice(0, shownAtFirst)
  return (
    <>
      <div className="table-card">
        <table {...tableRoles.table} aria-label="Lines with a problem">
          <thead {...tableRoles.group}>
            <tr {...tableRoles.row}>
              <th {...tableRoles.head}>Line</th>
              <th {...tableRoles.head}>Column</th>
              <th {...tableRoles.head}>Problem, and what to do</th>
            </tr>
          </thead>
          <tbody {...tableRoles.group}>
            {shown.map(({ line, column, what }) => (
              <tr key={line} {...tableRoles.row}>
                <td {...tableRoles.cell} data-title="Line" className="problem-line">
                  <span className="problem-line-word">Line </span>
                  {line.toLocaleString()}
                </td>
                <td {...tableRoles.cell} data-title="Column">
                  <div>{column === '' ? 'The whole line' : <code>{column}</code>}</div>
                </td>
                <td {...tableRoles.cell} data-title="Problem">
                  <div>{`${what.charAt(0).toUpperCase()}${what.slice(1)}.`}</div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && problems.length > shown.length && (
        <Button variant="default" mt="md" onClick={() => setAll(true)}>
          Show {problems.length < count ? 'the first' : 'all'} {problems.length.toLocaleString()}{' '}
          lines
        </Button>
      )}
      {all && problems.length < count && (
        <p className="row-none">
          These are the first {problems.length.toLocaleString()} of {count.toLocaleString()} lines.
          The CSV file has all of them.
        </p>
      )}
    </>
  )
}
