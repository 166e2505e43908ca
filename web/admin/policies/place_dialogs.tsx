import { Button, Group, SegmentedControl, Select, Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { api, type ListPage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import { ImpactStep } from './impact_view.tsx'
import { type PlaceBody, type Policy, useShownPolicy } from './policy.ts'

type Kind = PlaceBody['kind']

/** Applies the policy whose page is open. */
export function ApplyDialog() {
  const policy = useShownPolicy()
  return policy === undefined ? null : (
    <ApplyForm
      parent={`/policies/${policy.policy_key}`}
      title={`Apply ${policy.name}`}
      policy={policy.policy_key}
    />
  )
}

/** Applies a policy to the application whose page is open. */
export function ApplyToApplicationDialog() {
  const { id = '' } = useParams({ strict: false })
  return <ApplyForm parent={`/applications/${id}`} title="Apply a policy" ikey={id} />
}

/** Stops applying a policy, on its page. */
export function StopDialog() {
  const policy = useShownPolicy()
  const { ikey = '', group } = useParams({ strict: false })
  return policy === undefined ? null : (
    <PlaceChange
      parent={`/policies/${policy.policy_key}`}
      title={`Stop applying ${policy.name}`}
      change="detach"
      policy={policy.policy_key}
      place={toPlace(ikey, group)}
    />
  )
}

/** Stops applying a policy, on the page of the application. */
export function StopOnApplicationDialog() {
  const { id = '', policy = '', group } = useParams({ strict: false })
  return (
    <PlaceChange
      parent={`/applications/${id}`}
      title="Stop applying the policy"
      change="detach"
      policy={policy}
      place={toPlace(id, group)}
    />
  )
}

/** Moves a group policy in the stack of an application. */
export function MoveDialog() {
  const { id = '', policy = '', group, to = '1' } = useParams({ strict: false })
  const place = toPlace(id, group)
  return (
    <PlaceChange
      parent={`/applications/${id}`}
      title={`Move the policy to number ${to}`}
      change="attach"
      action="Move"
      policy={policy}
      place={place.kind === 'group' ? { ...place, position: Number(to) } : place}
    />
  )
}

function ApplyForm({
  parent,
  title,
  policy: onlyPolicy,
  ikey: onlyIkey,
}: {
  readonly parent: string
  readonly title: string
  readonly policy?: string
  readonly ikey?: string
}) {
  const mayEdit = usePermits()('policies.edit')
  const [kind, setKind] = useState<Kind>('application')
  const [ikey, setIkey] = useState(onlyIkey ?? null)
  const [group, setGroup] = useState<string | null>(null)
  const [policy, setPolicy] = useState(onlyPolicy ?? null)
  const [place, setPlace] = useState<PlaceBody>()
  const close = useCloseRoute(parent)
  const kinds = [
    { value: 'application', label: 'Every user' },
    { value: 'group', label: 'A group' },
    ...(mayEdit && onlyIkey === undefined ? [{ value: 'global', label: 'Every application' }] : []),
  ]
  const wanted = readPlace(kind, ikey, group)
  const propose = (event: FormEvent) => {
    event.preventDefault()
    setPlace(wanted)
  }
  if (place !== undefined && policy !== null) {
    return (
      <PlaceChange
        parent={parent}
        title={title}
        change="attach"
        policy={policy}
        place={place}
        onBack={() => setPlace(undefined)}
      />
    )
  }
  return (
    <RouteDialog parent={parent} title={title} size={560}>
      <Stack component="form" gap="md" onSubmit={propose}>
        {onlyPolicy === undefined && <PolicySelect value={policy} onChange={setPolicy} />}
        <SegmentedControl
          aria-label="Applies to"
          data={kinds}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
        />
        {kind !== 'global' && onlyIkey === undefined && (
          <NamedSelect
            label="Application"
            path="applications"
            idKey="integration_key"
            value={ikey}
            onChange={setIkey}
          />
        )}
        {kind === 'group' && (
          <NamedSelect
            label="Group"
            path="groups"
            idKey="group_id"
            value={group}
            onChange={setGroup}
          />
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={wanted === undefined || policy === null}>
            Show the impact
          </Button>
        </Group>
      </Stack>
    </RouteDialog>
  )
}

/** Shows the impact of applying a policy, or of no longer doing so, and does it. */
function PlaceChange({
  parent,
  title,
  change,
  action = change === 'attach' ? 'Apply' : 'Stop applying',
  policy,
  place,
  onBack,
}: {
  readonly parent: string
  readonly title: string
  readonly change: 'attach' | 'detach'
  readonly action?: string
  readonly policy: string
  readonly place: PlaceBody
  readonly onBack?: () => void
}) {
  const close = useCloseRoute(parent)
  const path = `policies/${policy}/places`
  const act = useAct({
    run: () => (change === 'attach' ? api.post(path, place) : api.delete(path, place)),
    changes: ['policies', 'applications'],
    onDone: close,
    onWaiting: close,
    done:
      change === 'attach' ? 'The policy applies there now' : 'The policy no longer applies there',
  })
  return (
    <RouteDialog parent={parent} title={title} size={560}>
      <ImpactStep
        proposal={{ change, policy, place }}
        action={action}
        act={act}
        input={undefined}
        backLabel={onBack === undefined ? 'Cancel' : 'Back'}
        onBack={onBack ?? close}
      />
    </RouteDialog>
  )
}

function PolicySelect(props: {
  readonly value: string | null
  readonly onChange: (value: string | null) => void
}): ReactNode {
  const policies = useView<ListPage<Policy>>('policies', { limit: 500 }).data?.items ?? []
  const data = policies
    .filter(({ policy_key }) => policy_key !== 'global')
    .map(({ policy_key, name }) => ({ value: policy_key, label: name }))
  return <Select label="Policy" data={data} searchable {...props} />
}

/** A choice of things that a list route has. */
function NamedSelect({
  label,
  path,
  idKey,
  ...props
}: {
  readonly label: string
  readonly path: string
  readonly idKey: string
  readonly value: string | null
  readonly onChange: (value: string | null) => void
}) {
  const { data } = useView<ListPage<Readonly<Record<string, unknown>>>>(path, { limit: 500 })
  const options = (data?.items ?? []).map((item) => ({
    value: String(item[idKey]),
    label: String(item.name),
  }))
  return <Select label={label} data={options} searchable {...props} />
}

function readPlace(kind: Kind, ikey: string | null, group: string | null): PlaceBody | undefined {
  if (kind === 'global') return { kind }
  if (ikey === null) return undefined
  if (kind === 'application') return { kind, ikey }
  return group === null ? undefined : { kind, ikey, group_id: group }
}

function toPlace(ikey: string, group: string | undefined): PlaceBody {
  return group === undefined
    ? { kind: 'application', ikey }
    : { kind: 'group', ikey, group_id: group }
}
