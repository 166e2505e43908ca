import { Select, Stack, Text, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { api, type ListPage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import { ImpactView } from './impact_view.tsx'
import { type Policy, type PolicyDetails, placeWords, useShownPolicy } from './policy.ts'

export function CreateDialog() {
  const { values: url } = useUrlState()
  const close = useCloseRoute('/policies')
  const navigate = useNavigate()
  const policies = useView<ListPage<Policy>>('policies', { limit: 500 }).data?.items ?? []
  const create = useAct({
    run: ({ name, copy }: { readonly name: string; readonly copy: string }) =>
      api.post<PolicyDetails>('policies', { name, ...(copy === '' ? {} : { copy_of: copy }) }),
    changes: ['policies'],
    onDone: ({ policy_key }) => navigate({ to: `/policies/${policy_key}` }),
    done: 'The policy is created; it applies nowhere yet',
  })
  const form = useForm({ name: '', copy: url.copy ?? '' }, create)
  return (
    <RouteDialog parent="/policies" title="Create a policy">
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <TextInput {...form.text('name')} label="Name" maxLength={200} required data-autofocus />
        <Select
          label="Begin with the sections of"
          description="The new policy applies nowhere until you apply it."
          data={[
            { value: '', label: 'No other policy' },
            ...policies.map(({ policy_key, name }) => ({ value: policy_key, label: name })),
          ]}
          value={form.values.copy}
          onChange={(value) => form.set('copy', value ?? '')}
          allowDeselect={false}
          searchable
        />
        <FormButtons
          form={form}
          action="Create"
          isReady={form.values.name.trim() !== ''}
          onCancel={close}
        />
      </Stack>
    </RouteDialog>
  )
}

export function RenameDialog() {
  const policy = useShownPolicy()
  return policy === undefined ? null : <RenameForm policy={policy} />
}

function RenameForm({ policy }: { readonly policy: PolicyDetails }) {
  const path = `policies/${policy.policy_key}`
  const close = useCloseRoute(`/${path}`)
  const rename = useAct({
    run: ({ name }: { readonly name: string }) => api.patch(path, { name }),
    changes: ['policies', 'applications'],
    onDone: close,
    onWaiting: close,
    done: 'The policy is renamed',
  })
  const form = useForm({ name: policy.name }, rename)
  return (
    <RouteDialog parent={`/${path}`} title={`Rename ${policy.name}`}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <TextInput {...form.text('name')} label="Name" maxLength={200} data-autofocus />
        <FormButtons form={form} action="Rename" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}

export function RemoveDialog() {
  const policy = useShownPolicy()
  return policy === undefined || policy.is_global ? null : <RemoveForm policy={policy} />
}

function RemoveForm({
  policy: { policy_key, name, applies_to },
}: {
  readonly policy: PolicyDetails
}) {
  const path = `policies/${policy_key}`
  const close = useCloseRoute(`/${path}`)
  const navigate = useNavigate()
  const remove = useAct({
    run: () => api.delete(path, { name }),
    changes: ['policies', 'applications'],
    onDone: () => navigate({ to: '/policies' }),
    onWaiting: close,
    done: `${name} is deleted`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Delete ${name}`} size={560}>
      <Confirm
        question="The next policy applies wherever this one applied. This can’t be undone."
        consequences={applies_to.map((place) => `It no longer applies to ${placeWords(place)}.`)}
        typedName={name}
        action="Delete"
        act={remove}
        input={undefined}
        onCancel={close}
      >
        <Text fz="sm" fw={500}>
          What it would have changed in the last 7 days
        </Text>
        <ImpactView proposal={{ change: 'delete', policy: policy_key }} />
      </Confirm>
    </RouteDialog>
  )
}
