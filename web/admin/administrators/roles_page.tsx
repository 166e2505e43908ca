import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { usePermits } from '../session.ts'
import { type Role, rolePurpose, useRoles } from './roles.ts'

export function RolesPage() {
  const { data, error, refetch } = useRoles()
  const mayEdit = usePermits()('administrators.edit')
  const rows = (roles: readonly Role[]) =>
    roles.map((role) => ({
      key: role.name,
      title: (
        <TextLink to={`/roles/${role.role_id ?? encodeURIComponent(role.name)}`}>
          {role.name}
        </TextLink>
      ),
      detail: rolePurpose(role),
    }))
  return (
    <>
      <PageHeader
        title="Roles"
        description="A role is a set of permits. Each administrator has one role."
        back={{ to: '/administrators', label: 'Administrators' }}
        actions={mayEdit && <LinkButton to="/roles/new">New role</LinkButton>}
      />
      {data === undefined ? (
        error === null ? (
          <LoadingSkeleton h={280} radius="lg" />
        ) : (
          <Failed title="The roles can’t be shown" message={errorMessage(error)} retry={refetch} />
        )
      ) : (
        <>
          <Section title="Custom roles">
            <RowList
              label="Custom roles"
              none="None yet. A custom role has exactly the permits that you choose."
              rows={rows(data.items.filter(({ built_in }) => !built_in))}
            />
          </Section>
          <Section title="Built-in roles">
            <RowList
              label="Built-in roles"
              none=""
              rows={rows(data.items.filter(({ built_in }) => built_in))}
            />
          </Section>
        </>
      )}
    </>
  )
}
