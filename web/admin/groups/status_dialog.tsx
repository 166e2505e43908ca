import { Alert, Radio, Stack } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { usePermits } from '../session.ts'
import { type GroupDetails, type GroupStatus, statusEffect, useShownGroup } from './group.ts'

const choices: readonly (readonly [status: GroupStatus, label: string, meaning: string])[] = [
  ['active', 'Active', 'Each member’s own status applies.'],
  ['bypass', 'Bypass', 'Members sign in without a second factor.'],
  ['disabled', 'Disabled', 'Members can’t sign in.'],
]
const colors = { active: 'primary', bypass: 'warning', disabled: 'danger' } as const

export function StatusDialog() {
  const { data: group } = useShownGroup()
  return group === undefined ? null : <StatusForm group={group} />
}

function StatusForm({
  group: { group_id, name, status, members },
}: {
  readonly group: GroupDetails
}) {
  const path = `groups/${group_id}`
  const close = useCloseRoute(`/${path}`)
  const permits = usePermits()
  const act = useAct({
    run: (change: { readonly status: GroupStatus }) => api.patch(path, change),
    changes: ['groups', 'users', 'users-counts'],
    onDone: close,
    onWaiting: close,
    done: 'Status changed',
  })
  const form = useForm({ status }, act)
  const chosen = form.values.status
  return (
    <RouteDialog parent={`/${path}`} title={`Status of ${name}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <Radio.Group
          label="Status"
          value={chosen}
          onChange={(value) => {
            const [found = status] = choices.find(([each]) => each === value) ?? []
            form.set('status', found)
          }}
          error={form.error('status')}
        >
          <Stack gap="xs" mt="xs">
            {choices.map(([value, label, meaning]) => (
              <Radio
                key={value}
                value={value}
                label={label}
                description={meaning}
                disabled={value === 'bypass' && !permits('users.bypass')}
              />
            ))}
          </Stack>
        </Radio.Group>
        {form.isDirty && <Alert color={colors[chosen]}>{statusEffect(chosen, members)}</Alert>}
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
