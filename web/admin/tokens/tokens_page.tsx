import { IconFileImport, IconKey, IconPlus } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import type { Column } from '../parts/column.ts'
import { DataTable } from '../parts/data_table.tsx'
import { EmptyState } from '../parts/empty_state.tsx'
import { type Filter, FilterBar } from '../parts/filter_bar.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { useList } from '../parts/list.ts'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { usePermits } from '../session.ts'
import { kindName, type Token } from './token.ts'

const filters: readonly Filter[] = [
  {
    name: 'unassigned',
    label: 'User',
    options: [{ value: 'true', label: 'None' }],
  },
]

export function TokensPage() {
  const list = useList<Token>('tokens', { filters: ['unassigned'], sort: 'serial' })
  const permits = usePermits()
  const importFile = permits('tokens.import') && (
    <LinkButton to="/tokens/import" leftSection={<IconFileImport size={18} aria-hidden />}>
      Import tokens
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="Hardware tokens"
        description="Tokens and YubiKeys, and the authenticator apps that users have added."
        actions={
          <>
            {permits('devices.edit') && (
              <LinkButton
                to="/tokens/add"
                variant="default"
                leftSection={<IconPlus size={18} aria-hidden />}
              >
                Add a token
              </LinkButton>
            )}
            {importFile}
          </>
        }
      />
      <FilterBar search="Search by serial number" filters={filters} />
      <DataTable
        name="tokens"
        label="Hardware tokens"
        noun={['token', 'tokens']}
        list={list}
        columns={columns}
        rowKey={({ token_id }) => token_id}
        empty={
          <EmptyState icon={IconKey} title="There are no tokens yet" action={importFile}>
            Import the file that came with them: CSV, PSKC, or the log of a YubiKey tool.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Token>[] = [
  {
    key: 'serial',
    title: 'Serial number',
    sort: 'serial',
    cell: ({ token_id, serial, app_name }) => (
      <>
        <TextLink to={`/tokens/${token_id}`} className="row-title">
          {serial}
        </TextLink>
        {app_name !== null && <div className="row-detail">Authenticator app: {app_name}</div>}
      </>
    ),
  },
  { key: 'kind', title: 'Kind', cell: ({ kind }) => kindName(kind) },
  {
    key: 'user',
    title: 'User',
    cell: ({ user }) =>
      user === null ? (
        <span className="dim">None</span>
      ) : (
        <TextLink to={`/users/${user.user_id}`}>{user.username}</TextLink>
      ),
  },
  {
    key: 'expires',
    title: 'Expires',
    cell: ({ expires }) => <Moment at={expires} />,
  },
]
