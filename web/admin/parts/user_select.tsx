import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { ListPage } from '../api.ts'
import { useView } from './view.ts'

interface FoundUser {
  readonly user_id: string
  readonly username: string
  readonly realname: string
}

const typingPauseMs = 200
const maxShown = 20

/**
 * Finds a user by the beginning of their names or e-mail address.
 *
 * @param props.value What `key` has for the user; empty for none.
 */
export function UserSelect({
  label,
  description,
  by,
  value,
  onChange,
  error,
  clearable = false,
}: {
  readonly label: string
  readonly description?: string
  readonly by: 'username' | 'user_id'
  readonly value: string
  readonly onChange: (value: string) => void
  readonly error?: string | undefined
  readonly clearable?: boolean
}) {
  const [search, setSearch] = useState('')
  const [q] = useDebouncedValue(search.trim(), typingPauseMs)
  const [chosen, setChosen] = useState<{ readonly value: string; readonly label: string }>()
  const {
    data,
    isPending,
    error: failed,
  } = useView<ListPage<FoundUser>>('users', {
    q: q === chosen?.label ? '' : q,
    limit: maxShown,
  })
  const found = (data?.items ?? []).map((user) => ({ value: user[by], label: toLabel(user) }))
  const isListed = chosen === undefined || found.some((each) => each.value === chosen.value)
  return (
    <Select
      label={label}
      {...(description === undefined ? {} : { description })}
      placeholder="Type a name or e-mail address"
      data={isListed ? found : [chosen, ...found]}
      value={value === '' ? null : value}
      onChange={(next, option) => {
        setChosen(option ?? undefined)
        onChange(next ?? '')
      }}
      error={error}
      searchable
      clearable={clearable}
      clearButtonProps={{ 'aria-label': `Clear ${label}` }}
      onSearchChange={setSearch}
      // the service has found them by more than the label
      filter={({ options }) => options}
      nothingFoundMessage={
        failed === null
          ? isPending
            ? 'Searching…'
            : 'No user matches.'
          : 'The users can’t be loaded. Try again.'
      }
      data-autofocus
    />
  )
}

function toLabel({ username, realname }: FoundUser): string {
  return realname === '' ? username : `${username} – ${realname}`
}
