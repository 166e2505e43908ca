import { StatusBadge } from '../parts/status_badge.tsx'

/** Whether the push app of a phone is connected. */
export function AppBadge({ activated }: { readonly activated: boolean }) {
  return activated ? (
    <StatusBadge tone="success">Connected</StatusBadge>
  ) : (
    <StatusBadge tone="neutral">Not connected</StatusBadge>
  )
}
