import { Button, Group, Stack, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { useReload } from '../parts/act.ts'
import { jobProblem, useJob } from '../parts/job.ts'
import { TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { RowList } from '../parts/row_list.tsx'
import { WorkProgress } from '../parts/work_progress.tsx'
import { type BulkAct, type BulkResult, counted } from './bulk.ts'

const done: Readonly<Record<BulkAct, string>> = {
  invite: 'invited',
  group_add: 'added to the group',
  group_remove: 'removed from the group',
  status: 'changed',
  lock: 'locked',
  unlock: 'unlocked',
  trash: 'moved to the trash',
  restore: 'restored',
}
const changes = ['users', 'users-counts', 'invitations', 'groups', 'dashboard']

/** How far a bulk change is, and which users could not be changed. */
export function BulkJobDialog() {
  const { job: jobId = '' } = useParams({ strict: false })
  const close = useCloseRoute('/users')
  const { data: job, error } = useJob<BulkResult>(jobId)
  const reload = useReload()
  const hasEnded = job !== undefined && job.state !== 'running'
  useEffect(() => {
    if (hasEnded) reload(changes).catch(() => {})
  }, [hasEnded, reload])
  const isBulk = job?.kind === 'user_bulk'
  const problem =
    error !== null
      ? errorMessage(error)
      : job === undefined
        ? undefined
        : isBulk
          ? jobProblem(job)
          : 'This is not a change of users.'
  return (
    <RouteDialog parent="/users" title={hasEnded ? 'Users changed' : 'Changing users'}>
      <Stack gap="md">
        <Problem>{problem}</Problem>
        {job === undefined && error === null && <LoadingSkeleton h={60} />}
        {job?.state === 'running' && isBulk && (
          <>
            <WorkProgress label="Users" done={job.done} total={job.total} />
            <Text fz="sm" c="dimmed">
              You can close this. The work goes on.
            </Text>
          </>
        )}
        {job?.result !== undefined && job.result !== null && isBulk && (
          <Result result={job.result} />
        )}
        <Group justify="flex-end">
          <Button onClick={close}>{hasEnded ? 'Done' : 'Hide'}</Button>
        </Group>
      </Stack>
    </RouteDialog>
  )
}

function Result({
  result: { act, changed, failures, failure_count },
}: {
  readonly result: BulkResult
}) {
  return (
    <>
      <Text fz="sm" role="status">
        {counted(changed, 'user')} {done[act]}.
        {failure_count > 0 && ` ${counted(failure_count, 'user')} could not be changed:`}
      </Text>
      {failure_count > 0 && (
        <RowList
          label="Users who could not be changed"
          none=""
          rows={failures.map(({ user_id, username, message }) => ({
            key: user_id,
            title: <TextLink to={`/users/${user_id}`}>{username || user_id}</TextLink>,
            detail: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
          }))}
        />
      )}
      {failure_count > failures.length && (
        <Text fz="sm" c="dimmed">
          These are the first {failures.length.toLocaleString()}.
        </Text>
      )}
    </>
  )
}
