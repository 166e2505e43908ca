import { StatusBadge } from '../parts/status_badge.tsx'
import { type Invitation, invitationWords } from './user.ts'

const tones = {
  created: 'neutral',
  sent: 'primary',
  opened: 'warning',
  finished: 'success',
  expired: 'danger',
  replaced: 'neutral',
  revoked: 'neutral',
} as const

export function InvitationState({ state }: Pick<Invitation, 'state'>) {
  return <StatusBadge tone={tones[state]}>{invitationWords[state]}</StatusBadge>
}
