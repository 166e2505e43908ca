import { Select } from '@mantine/core'
import { rolePurpose, useRoles } from './roles.ts'

export function RoleSelect({
  value,
  error,
  onChange,
}: {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (role: string) => void
}) {
  const roles = useRoles().data?.items ?? []
  const chosen = roles.find(({ name }) => name === value)
  return (
    <Select
      label="Role"
      description={chosen === undefined ? undefined : rolePurpose(chosen)}
      data={roles.length === 0 ? [value] : roles.map(({ name }) => name)}
      value={value}
      onChange={(role) => role !== null && onChange(role)}
      error={error}
      allowDeselect={false}
      searchable
    />
  )
}
