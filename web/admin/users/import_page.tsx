import { Button, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Failed } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct, useReload } from '../parts/act.ts'
import { jobProblem, useJob } from '../parts/job.ts'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { WorkProgress } from '../parts/work_progress.tsx'
import { ImportColumns } from './import_columns.tsx'
import { ImportForm } from './import_form.tsx'
import type { ImportJob, ImportResult } from './import_job.ts'
import { ImportResultView } from './import_result.tsx'

/**
 * Imports users from a CSV file: choose the file, see what it will do, import. The options and the job are
 * in the URL, so that a reload finds the job again.
 */
export function ImportPage() {
  const { values, change } = useUrlState()
  const [file, setFile] = useState<File>()
  const options = { create_groups: values.groups === 'create', invite: values.invite === 'yes' }
  const start = useAct({
    run: async ({ dryRun }: { readonly dryRun: boolean }) => {
      if (file === undefined) throw new Error('no file was chosen')
      const content = await readBase64(file)
      const body = { file_name: file.name, content, dry_run: dryRun, ...options }
      return await api.post<ImportJob>('users/import', body)
    },
    onDone: ({ job_id }) => change({ job: job_id }),
  })
  const restart = () => {
    start.reset()
    change({ job: undefined })
  }
  return (
    <>
      <PageHeader
        title="Import users"
        description="Add and change many users with a CSV file. Each line is one user."
        back={{ to: '/users', label: 'Users' }}
      />
      {values.job === undefined ? (
        <>
          <ImportForm
            file={file}
            onFile={(chosen) => {
              start.reset()
              setFile(chosen)
            }}
            options={options}
            onOptions={({ create_groups: creates, invite }) => {
              start.reset()
              change({
                ...(creates === undefined ? {} : { groups: creates ? 'create' : undefined }),
                ...(invite === undefined ? {} : { invite: invite ? 'yes' : undefined }),
              })
            }}
            check={{ ...start, mutate: () => start.mutate({ dryRun: true }) }}
          />
          <ImportColumns />
        </>
      ) : (
        <ImportJobView
          jobId={values.job}
          start={
            file === undefined
              ? undefined
              : { ...start, mutate: () => start.mutate({ dryRun: false }) }
          }
          onRestart={restart}
        />
      )}
    </>
  )
}

function ImportJobView({
  jobId,
  start,
  onRestart,
}: {
  readonly jobId: string
  readonly start: Parameters<typeof ImportResultView>[0]['start']
  readonly onRestart: () => void
}) {
  const { data: job, error, refetch } = useJob<ImportResult>(jobId)
  const reload = useReload()
  const isImported = job?.state === 'done' && job.result?.dry_run === false
  useEffect(() => {
    if (isImported) {
      reload(['users', 'users-counts', 'invitations', 'groups', 'dashboard']).catch(() => {})
    }
  }, [isImported, reload])
  if (job === undefined && error === null) return <LoadingSkeleton h={200} />
  if (job === undefined || job.kind !== 'user_import') {
    return (
      <Failed
        title="The import can’t be shown"
        message={error === null ? 'This is not an import.' : errorMessage(error)}
        retry={refetch}
      />
    )
  }
  const problem = jobProblem(job)
  if (problem !== undefined) {
    return <Failed title="The import did not finish" message={problem} retry={onRestart} />
  }
  if (job.result === null) {
    return (
      <Section
        title="In progress"
        actions={
          <Button variant="default" onClick={onRestart}>
            Import another file
          </Button>
        }
      >
        <WorkProgress label="Lines" done={job.done} total={job.total} />
        <Text fz="sm" c="dimmed" mt="sm">
          You can leave this page. The work goes on, and this address shows its result for a day.
        </Text>
      </Section>
    )
  }
  return (
    <ImportResultView
      jobId={jobId}
      hasFile={job.has_file}
      result={job.result}
      start={start}
      onRestart={onRestart}
    />
  )
}

/** The content of a file in base64. */
function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error ?? new Error('the file can’t be read'))
    reader.readAsDataURL(file)
  })
}
