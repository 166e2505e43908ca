import { Alert, Button, Group } from '@mantine/core'
import { IconCheck, IconDownload } from '@tabler/icons-react'
import { Problem } from '../../parts/problem.tsx'
import { apiUrl, formProblem } from '../api.ts'
import { LinkButton } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { StatTile } from '../parts/stat_tile.tsx'
import type { ImportResult } from './import_job.ts'
import { LineProblems } from './line_problems.tsx'

/**
 * What an import did, or would do after a dry run.
 *
 * @param props.start Imports the file that was checked; `undefined` if the page no longer has it.
 */
export function ImportResultView({
  jobId,
  hasFile,
  result,
  start,
  onRestart,
}: {
  readonly jobId: string
  readonly hasFile: boolean
  readonly result: ImportResult
  readonly start:
    | { readonly mutate: () => void; readonly isPending: boolean; readonly error: unknown }
    | undefined
  readonly onRestart: () => void
}) {
  const { file_name, dry_run, problems, problem_count } = result
  return (
    <>
      <Section
        title={dry_run ? `What ${file_name} will do` : `Imported ${file_name}`}
        description={dry_run ? 'The file was checked. Nothing has changed yet.' : undefined}
        actions={
          dry_run ? (
            <Button variant="default" onClick={onRestart}>
              {start === undefined ? 'Choose the file again' : 'Change file or options'}
            </Button>
          ) : (
            <Button variant="default" onClick={onRestart}>
              Import another file
            </Button>
          )
        }
      >
        {!dry_run && (
          <Alert color="success" icon={<IconCheck aria-hidden />} mb="md">
            {summary(result)}
          </Alert>
        )}
        <Counts result={result} />
        {dry_run ? (
          <Decision result={result} start={start} />
        ) : (
          <Group gap="sm">
            <LinkButton to="/users?filter=not_enrolled">Users without a device</LinkButton>
            {result.invited > 0 && (
              <LinkButton to="/users/invitations" variant="default">
                Invitations
              </LinkButton>
            )}
            <LinkButton to="/users" variant="default">
              All users
            </LinkButton>
          </Group>
        )}
      </Section>
      {problem_count > 0 && (
        <Section
          title="Lines with a problem"
          description={`${dry_run ? 'They will not be imported.' : 'They were not imported.'} Download them, correct them, and import that file.`}
          actions={
            hasFile && (
              <Button
                component="a"
                variant="default"
                size="xs"
                leftSection={<IconDownload size={16} aria-hidden />}
                href={apiUrl(`jobs/${jobId}/file`)}
                download
              >
                Download as CSV
              </Button>
            )
          }
        >
          <LineProblems problems={problems} count={problem_count} />
        </Section>
      )}
    </>
  )
}

function Counts({
  result: { dry_run, created, updated, unchanged, invited, problem_count },
}: {
  readonly result: ImportResult
}) {
  return (
    <div className="tile-row">
      <StatTile label="New" value={created} />
      <StatTile label="Changed" value={updated} />
      <StatTile label="Unchanged" value={unchanged} />
      <StatTile label={dry_run ? 'To invite' : 'Invited'} value={invited} />
      <StatTile
        label="Problems"
        value={problem_count}
        {...(problem_count > 0 ? { tone: 'danger' as const } : {})}
      />
    </div>
  )
}

function Decision({
  result: { created, updated, invited },
  start,
}: {
  readonly result: ImportResult
  readonly start:
    | { readonly mutate: () => void; readonly isPending: boolean; readonly error: unknown }
    | undefined
}) {
  if (created + updated + invited === 0) {
    return <p className="row-none">There is nothing to import from this file.</p>
  }
  if (start === undefined) {
    return (
      <p className="row-none">The page was loaded again. Choose the file again to import it.</p>
    )
  }
  const users = created + updated
  return (
    <>
      <Problem>{formProblem(start.error)}</Problem>
      <Button loading={start.isPending} onClick={() => start.mutate()}>
        {users === 0
          ? `Send ${counted(invited, 'invitation')}`
          : `Import ${counted(users, 'user')}`}
      </Button>
    </>
  )
}

function summary({ created, updated, invited, problem_count }: ImportResult): string {
  return [
    `${counted(created, 'user')} added, ${updated.toLocaleString()} changed.`,
    ...(invited > 0 ? [`${counted(invited, 'invitation')} sent.`] : []),
    ...(problem_count > 0 ? [`${counted(problem_count, 'line')} not imported.`] : []),
  ].join(' ')
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`
}
