import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import type { Group } from './group.ts'
import { type GroupFields, GroupForm } from './group_form.tsx'

const parent = '/groups'

export function AddDialog() {
  const close = useCloseRoute(parent)
  const navigate = useNavigate()
  const create = useAct({
    run: (fields: GroupFields) => api.post<Group>('groups', fields),
    changes: ['groups'],
    onDone: ({ group_id }) => navigate({ to: `/groups/${group_id}` }),
    done: ({ name }) => `${name} is created`,
  })
  const form = useForm<GroupFields>({ name: '', description: '' }, create)
  return (
    <RouteDialog parent={parent} title="Create a group">
      <GroupForm form={form}>
        <FormButtons
          form={form}
          action="Create"
          isReady={form.values.name.trim() !== ''}
          onCancel={close}
        />
      </GroupForm>
    </RouteDialog>
  )
}
