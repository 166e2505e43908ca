import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { ListPage } from '../api.ts'
import type { useForm } from '../parts/form.ts'
import { useView } from '../parts/view.ts'

const typingMs = 200

export interface ChosenGroup {
  /** `group_id`, or empty. */
  readonly group: string
}

/** Finds a group by its name. */
export function GroupSelect({ form }: { readonly form: ReturnType<typeof useForm<ChosenGroup>> }) {
  const [search, setSearch] = useState('')
  const [q] = useDebouncedValue(search, typingMs)
  const { data } = useView<ListPage<{ readonly group_id: string; readonly name: string }>>(
    'groups',
    { q, limit: 20 },
  )
  const { group } = form.values
  return (
    <Select
      label="Group"
      data={(data?.items ?? []).map(({ group_id, name }) => ({ value: group_id, label: name }))}
      value={group === '' ? null : group}
      onChange={(chosen) => form.set('group', chosen ?? '')}
      error={form.error('group_id')}
      searchable
      onSearchChange={setSearch}
      nothingFoundMessage="No group with this name."
      data-autofocus
    />
  )
}
