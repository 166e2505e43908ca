import { StatusBadge } from '../parts/status_badge.tsx'
import { type AdministratorStatus, statusWords } from './administrator.ts'

const tones = { active: 'success', disabled: 'neutral', pending_activation: 'warning' } as const

export function AdministratorStatusBadge({ status }: { readonly status: AdministratorStatus }) {
  return <StatusBadge tone={tones[status]}>{statusWords[status]}</StatusBadge>
}
