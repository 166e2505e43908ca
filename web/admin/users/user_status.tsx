import { StatusBadge } from '../parts/status_badge.tsx'
import { isLocked, statusWords, type User } from './user.ts'

const tones = {
  active: 'success',
  bypass: 'warning',
  disabled: 'neutral',
  'locked out': 'danger',
  'pending deletion': 'neutral',
} as const

/** Whether the user may sign in, and if they may, whether they can. */
export function UserStatusBadge({ user }: { readonly user: User }) {
  if (isLocked(user)) return <StatusBadge tone="danger">Locked out</StatusBadge>
  if (user.status === 'active' && !user.enrolled) {
    return <StatusBadge tone="warning">No device</StatusBadge>
  }
  if (user.status === 'active' && !user.can_sign_in) {
    return <StatusBadge tone="warning">No usable device</StatusBadge>
  }
  return <StatusBadge tone={tones[user.status]}>{statusWords[user.status]}</StatusBadge>
}
