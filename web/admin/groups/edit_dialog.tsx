import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { type GroupDetails, useShownGroup } from './group.ts'
import { type GroupFields, GroupForm } from './group_form.tsx'

export function EditDialog() {
  const { data: group } = useShownGroup()
  return group === undefined ? null : <EditForm group={group} />
}

function EditForm({ group: { group_id, name, description } }: { readonly group: GroupDetails }) {
  const path = `groups/${group_id}`
  const close = useCloseRoute(`/${path}`)
  const edit = useAct({
    run: (fields: GroupFields) => api.patch(path, fields),
    changes: ['groups'],
    onDone: close,
    done: 'Changes saved',
  })
  const form = useForm<GroupFields>({ name, description }, edit)
  return (
    <RouteDialog parent={`/${path}`} title={`Edit ${name}`}>
      <GroupForm form={form}>
        <FormButtons
          form={form}
          action="Save"
          isReady={form.isDirty && form.values.name.trim() !== ''}
          onCancel={close}
        />
      </GroupForm>
    </RouteDialog>
  )
}
