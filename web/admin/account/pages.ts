import type { PageGroup } from '../page.ts'

const page = async () => (await import('./account_page.tsx')).AccountPage

/** The administrator's own account. */
export const accountPages: PageGroup = {
  routes: [
    {
      path: '/account',
      page,
      acts: [
        {
          path: 'password',
          page: async () => (await import('./password_dialog.tsx')).PasswordDialog,
        },
        {
          path: 'add-factor',
          page: async () => (await import('./add_factor_dialog.tsx')).AddFactorDialog,
        },
      ],
    },
  ],
  commands: [
    { label: 'Your account', to: '/account', keywords: 'profile factors sessions' },
    { label: 'Change your password', to: '/account/password' },
    { label: 'Add a second factor', to: '/account/add-factor', keywords: 'passkey totp app' },
  ],
}
