import { IconFileDescription } from '@tabler/icons-react'
import type { PageGroup, PageRoute } from '../page.ts'

const acts: readonly PageRoute[] = [
  {
    path: 'section/$section',
    permit: 'policies.edit',
    page: async () => (await import('./section_dialogs.tsx')).SectionDialog,
  },
  {
    path: 'json',
    permit: 'policies.edit',
    page: async () => (await import('./section_dialogs.tsx')).JsonDialog,
  },
  {
    path: 'rename',
    permit: 'policies.edit',
    page: async () => (await import('./policy_dialogs.tsx')).RenameDialog,
  },
  {
    path: 'remove',
    permit: 'policies.edit',
    page: async () => (await import('./policy_dialogs.tsx')).RemoveDialog,
  },
  {
    path: 'apply',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).ApplyDialog,
  },
  {
    path: 'stop/$ikey',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).StopDialog,
  },
  {
    path: 'stop/$ikey/$group',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).StopDialog,
  },
]

/** What is done about policies on the page of an application. */
export const applicationPolicyActs: readonly PageRoute[] = [
  {
    path: 'apply-policy',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).ApplyToApplicationDialog,
  },
  {
    path: 'move-policy/$policy/$group/$to',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).MoveDialog,
  },
  {
    path: 'stop-policy/$policy',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).StopOnApplicationDialog,
  },
  {
    path: 'stop-policy/$policy/$group',
    permit: 'policies.assign',
    page: async () => (await import('./place_dialogs.tsx')).StopOnApplicationDialog,
  },
]

export const policyPages: PageGroup = {
  nav: [
    {
      label: 'Policies',
      to: '/policies',
      icon: IconFileDescription,
      section: 'applications',
      permit: 'policies.view',
    },
  ],
  routes: [
    {
      path: '/policies',
      permit: 'policies.view',
      page: async () => (await import('./policies_page.tsx')).PoliciesPage,
      acts: [
        {
          path: 'create',
          permit: 'policies.edit',
          page: async () => (await import('./policy_dialogs.tsx')).CreateDialog,
        },
      ],
    },
    {
      path: '/policies/$id',
      permit: 'policies.view',
      page: async () => (await import('./policy_page.tsx')).PolicyPage,
      acts,
    },
  ],
  commands: [
    {
      label: 'Create a policy',
      to: '/policies/create',
      permit: 'policies.edit',
      keywords: 'new add copy rules methods networks hours',
    },
    {
      label: 'Change the global policy',
      to: '/policies/global',
      permit: 'policies.edit',
      keywords: 'defaults every application edit',
    },
  ],
  search: {
    heading: 'Policies',
    permit: 'policies.view',
    path: 'policies',
    toResult: ({ policy_key, name }) => ({ label: String(name), to: `/policies/${policy_key}` }),
  },
}
