import { IconDeviceMobile, IconDeviceMobilePlus } from '@tabler/icons-react'
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
import { phoneName } from '../users/user.ts'
import { AppBadge } from './app_badge.tsx'
import { type Phone, platformName } from './phone.ts'

const filters: readonly Filter[] = [
  {
    name: 'activated',
    label: 'App',
    options: [
      { value: 'true', label: 'Connected' },
      { value: 'false', label: 'Not connected' },
    ],
  },
  {
    name: 'platform',
    label: 'Platform',
    options: [
      { value: 'ios', label: 'iOS' },
      { value: 'android', label: 'Android' },
      { value: 'other', label: 'Other or unknown' },
    ],
  },
  {
    name: 'unassigned',
    label: 'User',
    options: [{ value: 'true', label: 'None' }],
  },
]

export function PhonesPage() {
  const list = useList<Phone>('phones', {
    filters: filters.map(({ name }) => name),
    sort: 'number',
  })
  const add = usePermits()('devices.edit') && (
    <LinkButton to="/phones/add" leftSection={<IconDeviceMobilePlus size={18} aria-hidden />}>
      Add a phone
    </LinkButton>
  )
  return (
    <>
      <PageHeader
        title="2FA devices"
        description="Phones and tablets that users sign in with: push, passcodes, calls and SMS."
        actions={add}
      />
      <FilterBar search="Search by number or user" filters={filters} />
      <DataTable
        name="phones"
        label="2FA devices"
        noun={['device', 'devices']}
        list={list}
        columns={columns}
        rowKey={({ phone_id }) => phone_id}
        empty={
          <EmptyState icon={IconDeviceMobile} title="There are no devices yet" action={add}>
            Users add their own by an invitation. You can also add a phone for someone.
          </EmptyState>
        }
      />
      <Outlet />
    </>
  )
}

const columns: readonly Column<Phone>[] = [
  {
    key: 'number',
    title: 'Device',
    sort: 'number',
    cell: (phone) => (
      <TextLink to={`/phones/${phone.phone_id}`} className="row-title">
        {phoneName(phone)}
      </TextLink>
    ),
  },
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
  { key: 'platform', title: 'Platform', cell: ({ platform }) => platformName(platform) },
  { key: 'app', title: 'App', cell: (phone) => <AppBadge activated={phone.activated} /> },
  { key: 'seen', title: 'App last seen', cell: ({ seen }) => <Moment at={seen} none="–" /> },
  {
    key: 'created',
    title: 'Added',
    sort: 'created',
    cell: ({ created }) => <Moment at={created} />,
  },
]
