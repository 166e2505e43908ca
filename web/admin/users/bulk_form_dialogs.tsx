import { Stack, Text } from '@mantine/core'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { counted, type SelectionCounts, useBulk } from './bulk.ts'
import { BulkDialog } from './bulk_dialog.tsx'
import { type ChosenGroup, GroupSelect } from './group_select.tsx'
import { type ChosenStatus, StatusChoice, toStatusChange } from './status_choice.tsx'

type Bulk = ReturnType<typeof useBulk>

export function BulkGroupAddDialog() {
  const bulk = useBulk()
  return (
    <BulkDialog title="Add users to a group" bulk={bulk}>
      {(counts) => <GroupForm bulk={bulk} counts={counts} act="group_add" action="Add" />}
    </BulkDialog>
  )
}

export function BulkGroupRemoveDialog() {
  const bulk = useBulk()
  return (
    <BulkDialog title="Remove users from a group" bulk={bulk}>
      {(counts) => <GroupForm bulk={bulk} counts={counts} act="group_remove" action="Remove" />}
    </BulkDialog>
  )
}

export function BulkStatusDialog() {
  const bulk = useBulk()
  return (
    <BulkDialog title="Change the status of users" bulk={bulk}>
      {(counts) => <StatusForm bulk={bulk} counts={counts} />}
    </BulkDialog>
  )
}

function GroupForm({
  bulk: { start, close },
  counts: { users },
  act,
  action,
}: {
  readonly bulk: Bulk
  readonly counts: SelectionCounts
  readonly act: 'group_add' | 'group_remove'
  readonly action: string
}) {
  const form = useForm<ChosenGroup>(
    { group: '' },
    { ...start, mutate: ({ group }: ChosenGroup) => start.mutate({ act, group_id: group }) },
  )
  return (
    <Stack component="form" gap="md" onSubmit={form.submit}>
      <Text fz="sm">
        {counted(users, 'user')} {users === 1 ? 'is' : 'are'} selected. The policies of the group
        apply from their next sign-in.
      </Text>
      <GroupSelect form={form} />
      <FormButtons
        form={form}
        action={action}
        isReady={form.values.group !== ''}
        onCancel={close}
      />
    </Stack>
  )
}

function StatusForm({
  bulk: { start, close },
  counts: { users },
}: {
  readonly bulk: Bulk
  readonly counts: SelectionCounts
}) {
  const form = useForm<ChosenStatus>(
    { chosen: 'active', period: '24' },
    {
      ...start,
      mutate: (chosen: ChosenStatus) => start.mutate({ act: 'status', ...toStatusChange(chosen) }),
    },
  )
  return (
    <Stack component="form" gap="md" onSubmit={form.submit}>
      <Text fz="sm">
        {counted(users, 'user')} {users === 1 ? 'is' : 'are'} selected.
      </Text>
      <StatusChoice
        form={form}
        warning="Anyone who knows the password of a selected user gets in while this lasts."
      />
      <FormButtons form={form} action={`Change ${counted(users, 'user')}`} onCancel={close} />
    </Stack>
  )
}
