import { Select, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, type ListPage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { type ChosenGroup, GroupSelect } from './group_select.tsx'
import { useShownUser } from './shown_user.ts'
import type { User } from './user.ts'

const typingMs = 200

export function AssignTokenDialog() {
  const user = useShownUser()
  return user === undefined ? null : <AssignTokenForm user={user} />
}

function AssignTokenForm({ user: { user_id, username } }: { readonly user: User }) {
  const [search, setSearch] = useState('')
  const [q] = useDebouncedValue(search, typingMs)
  const { data } = useView<ListPage<{ readonly token_id: string; readonly serial: string }>>(
    'tokens',
    { q, unassigned: true, limit: 20 },
  )
  const parent = `/users/${user_id}`
  const close = useCloseRoute(parent)
  const assign = useAct({
    run: ({ token }: { readonly token: string }) =>
      api.post(`tokens/${token}/assign`, { username }),
    changes: ['users', 'users-counts', 'tokens'],
    onDone: close,
    done: 'The token is assigned',
  })
  const form = useForm({ token: '' }, assign)
  return (
    <RouteDialog parent={parent} title="Assign a token">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <Select
          label="Serial number"
          description="Tokens without a user."
          data={(data?.items ?? []).map(({ token_id, serial }) => ({
            value: token_id,
            label: serial,
          }))}
          value={form.values.token === '' ? null : form.values.token}
          onChange={(token) => form.set('token', token ?? '')}
          searchable
          onSearchChange={setSearch}
          nothingFoundMessage="No free token with this serial number."
          data-autofocus
        />
        <FormButtons
          form={form}
          action="Assign"
          isReady={form.values.token !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}

export function AddGroupDialog() {
  const { id = '' } = useParams({ strict: false })
  const parent = `/users/${id}`
  const close = useCloseRoute(parent)
  const add = useAct({
    run: ({ group }: ChosenGroup) => api.post(`users/${id}/groups`, { group_id: group }),
    changes: ['users', 'groups'],
    onDone: close,
    done: 'Added to the group',
  })
  const form = useForm<ChosenGroup>({ group: '' }, add)
  return (
    <RouteDialog parent={parent} title="Add to a group">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <GroupSelect form={form} />
        <FormButtons form={form} action="Add" isReady={form.values.group !== ''} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
