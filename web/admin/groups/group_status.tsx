import { StatusBadge } from '../parts/status_badge.tsx'
import { type GroupStatus, groupStatusWords } from './group.ts'

const tones = { active: 'success', bypass: 'warning', disabled: 'neutral' } as const

export function GroupStatusBadge({ status }: { readonly status: GroupStatus }) {
  return <StatusBadge tone={tones[status]}>{groupStatusWords[status]}</StatusBadge>
}
