import { useNavigate, useParams } from '@tanstack/react-router'
import { useCloseRoute } from '../parts/route_dialog.tsx'
import { ActivationDialog } from './activation.tsx'
import { RemovalDialog } from './removal.tsx'

export function ActivateDialog() {
  const { id = '' } = useParams({ strict: false })
  return <ActivationDialog phoneId={id} parent={`/phones/${id}`} />
}

export function RemoveDialog() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  return (
    <RemovalDialog
      phoneId={id}
      parent={`/phones/${id}`}
      onRemoved={() => navigate({ to: '/phones' })}
    />
  )
}

export function DetachDialog() {
  const { id = '' } = useParams({ strict: false })
  const parent = `/phones/${id}`
  const close = useCloseRoute(parent)
  return <RemovalDialog phoneId={id} parent={parent} detach onRemoved={close} />
}
