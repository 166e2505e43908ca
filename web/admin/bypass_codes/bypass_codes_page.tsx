import { IconPlus, IconTicket } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import type { CodeHolder } from './bypass_code.ts'

export function BypassCodesPage() {
  const list = useList<CodeHolder>('bypass_codes/users')
  const mayEdit = usePermits()('bypass_codes.edit')
  const create = mayEdit && (
    <LinkButton to="/bypass-codes/create" leftSection={<IconPlus size={18} aria-hidden />}>
      Create codes
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="Bypass codes"
        description="The users who could sign in with a code of an administrator, without a device."
        actions={create}
      />
      <DataTable
        name="bypass-codes"
        label="Users with bypass codes"
        noun={['user', 'users']}
        list={list}
        columns={mayEdit ? [...columns, endColumn] : columns}
        rowKey={({ user }) => user?.user_id ?? ''}
        empty={
          <EmptyState icon={IconTicket} title="Nobody has a bypass code" action={create}>
            Create one for a user who lost their phone. A code is shown once, and expires.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<CodeHolder>[] = [
  {
    key: 'user',
    title: 'User',
    cell: ({ user }) =>
      user !== null && (
        <TextLink to={`/users/${user.user_id}`} className="row-title">
          {user.username}
        </TextLink>
      ),
  },
  {
    key: 'codes',
    title: 'Codes',
    cell: ({ user, codes }) => (
      <LinkButton
        to={`/bypass-codes/of/${user?.user_id ?? ''}`}
        variant="subtle"
        size="compact-sm"
        keepQuery
      >
        {codes}
        <span className="visually-hidden"> codes of {user?.username}</span>
      </LinkButton>
    ),
  },
  {
    key: 'expires',
    title: 'Last one expires',
    cell: ({ expires }) => <Moment at={expires} />,
  },
  {
    key: 'created',
    title: 'Created',
    cell: ({ created }) => <Moment at={created} />,
  },
  { key: 'created_by', title: 'Created by', cell: ({ created_by }) => created_by.join(', ') },
  {
    key: 'recovery',
    title: 'Recovery codes',
    optional: true,
    align: 'end',
    cell: ({ recovery_codes }) => recovery_codes,
  },
]

const endColumn: Column<CodeHolder> = {
  key: 'end',
  title: 'End',
  cell: ({ user }) => (
    <LinkButton
      to={`/bypass-codes/end/${user?.user_id ?? ''}`}
      variant="subtle"
      color="danger"
      size="compact-sm"
      keepQuery
    >
      End all<span className="visually-hidden"> codes of {user?.username}</span>
    </LinkButton>
  ),
}
