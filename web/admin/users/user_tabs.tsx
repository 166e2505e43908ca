import { PageTabs } from '../parts/page_tabs.tsx'

const pages = [
  { to: '/users', label: 'Users' },
  { to: '/users/invitations', label: 'Invitations' },
]

/** Switches between the users and their invitations. */
export function UserTabs({ current }: { readonly current: '/users' | '/users/invitations' }) {
  return <PageTabs pages={pages} current={current} />
}
