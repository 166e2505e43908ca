import { StatusBadge } from '../parts/status_badge.tsx'
import type { ListedProxy } from './proxy.ts'

export function ProxyState({ state }: Pick<ListedProxy, 'state'>) {
  return (
    <StatusBadge tone={state === 'connected' ? 'success' : 'danger'}>
      {state === 'connected' ? 'Connected' : 'Lost'}
    </StatusBadge>
  )
}
