import { Button, Checkbox, Group, TextInput } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Problem } from '../../parts/problem.tsx'
import { api, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import { PagePending } from '../shell/page_states.tsx'
import { PermitSection } from './permit_section.tsx'
import { permitGroups } from './permit_words.ts'
import { type Role, useRoles } from './roles.ts'

const newRole: Role = { role_id: null, name: '', built_in: false, permits: [] }

/** A role and its permits: built-in ones to read, custom ones to edit. */
export function RolePage() {
  const { id } = useParams({ strict: false })
  const { data } = useRoles()
  if (data === undefined) return <PagePending />
  const role =
    id === undefined ? newRole : data.items.find((one) => (one.role_id ?? one.name) === id)
  if (role === undefined) return <PageHeader title="There is no such role" back={back} />
  return <RoleForm key={role.role_id} role={role} all={data.permits} />
}

const back = { to: '/roles', label: 'Roles' }

function RoleForm({ role, all }: { readonly role: Role; readonly all: readonly string[] }) {
  const navigate = useNavigate()
  const mayEdit = usePermits()('administrators.edit') && !role.built_in
  const leave = () => navigate({ to: '/roles' })
  const isNew = role.name === ''
  const path = `roles/${role.role_id}`
  const changes = ['roles', 'administrators']
  const save = useAct({
    run: (body: { readonly name: string; readonly permits: readonly string[] }) =>
      isNew ? api.post<Role>('roles', body) : api.patch<Role>(path, body),
    changes,
    onDone: leave,
    onWaiting: leave,
    done: 'Role saved',
  })
  const remove = useAct({
    run: () => api.delete(path),
    changes,
    onDone: leave,
    onWaiting: leave,
    done: 'Role deleted',
  })
  const form = useForm({ name: role.name, permits: role.permits }, save)
  const held = new Set(form.values.permits)
  const toggle = (permit: string) => {
    if (!held.delete(permit)) held.add(permit)
    form.set(
      'permits',
      all.filter((known) => held.has(known)),
    )
  }
  const described = permitGroups.flatMap(({ permits }) => Object.keys(permits))
  const others = all.filter((permit) => !described.includes(permit))
  return (
    <>
      <PageHeader
        title={isNew ? 'New role' : role.name}
        back={back}
        description={role.built_in ? 'A built-in role can’t be changed.' : undefined}
      />
      <form onSubmit={form.submit} className="role-form">
        {mayEdit && (
          <TextInput {...form.text('name')} label="Name" maxLength={100} className="role-name" />
        )}
        {[
          ...permitGroups,
          { title: 'Other', permits: Object.fromEntries(others.map((p) => [p, p])) },
        ]
          .map(({ title, permits }) => ({
            title,
            entries: Object.entries(permits).filter(([permit]) => all.includes(permit)),
          }))
          .filter(({ entries }) => entries.length > 0)
          .map(({ title, entries }) => (
            <PermitSection key={title} title={title}>
              {entries.map(([permit, words]) => (
                <Checkbox
                  key={permit}
                  size="sm"
                  label={words}
                  description={permit}
                  checked={held.has(permit)}
                  disabled={!mayEdit}
                  onChange={() => toggle(permit)}
                />
              ))}
            </PermitSection>
          ))}
        <Problem>{form.problem ?? form.error('permits') ?? formProblem(remove.error)}</Problem>
        {mayEdit && (
          <Group justify="space-between">
            <Button
              type="submit"
              loading={form.isPending}
              disabled={form.values.name.trim() === ''}
            >
              Save
            </Button>
            {!isNew && (
              <Button
                color="danger"
                variant="outline"
                loading={remove.isPending}
                onClick={() => remove.mutate(undefined)}
              >
                Delete role
              </Button>
            )}
          </Group>
        )}
      </form>
    </>
  )
}
