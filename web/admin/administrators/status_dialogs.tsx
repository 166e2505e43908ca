import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import type { AdministratorDetails } from './administrator.ts'
import { useShownAdministrator } from './shown_administrator.ts'

export function DisableDialog() {
  const administrator = useShownAdministrator()
  return administrator === undefined ? null : (
    <StatusDialog administrator={administrator} status="disabled" />
  )
}

export function EnableDialog() {
  const administrator = useShownAdministrator()
  return administrator === undefined ? null : (
    <StatusDialog administrator={administrator} status="active" />
  )
}

function StatusDialog({
  administrator: { admin_id, name, sessions },
  status,
}: {
  readonly administrator: AdministratorDetails
  readonly status: 'active' | 'disabled'
}) {
  const parent = `/administrators/${admin_id}`
  const close = useCloseRoute(parent)
  const isOff = status === 'disabled'
  const act = useAct({
    run: (change: { readonly status: 'active' | 'disabled' }) =>
      api.patch(`administrators/${admin_id}`, change),
    changes: ['administrators'],
    onDone: close,
    onWaiting: close,
    done: isOff ? `${name} is disabled` : `${name} can sign in again`,
  })
  return (
    <RouteDialog parent={parent} title={`${isOff ? 'Disable' : 'Enable'} ${name}`}>
      <Confirm
        question={isOff ? `${name} can no longer sign in.` : `${name} can sign in again.`}
        consequences={
          isOff
            ? [
                ...(sessions.length === 0 ? [] : [`${countOf(sessions.length)} at once.`]),
                'Role and factors are kept.',
              ]
            : []
        }
        action={isOff ? 'Disable' : 'Enable'}
        danger={isOff}
        act={act}
        input={{ status }}
        onCancel={close}
      />
    </RouteDialog>
  )
}

export function DeleteDialog() {
  const administrator = useShownAdministrator()
  return administrator === undefined ? null : <DeleteForm administrator={administrator} />
}

function DeleteForm({
  administrator: { admin_id, name, email, sessions, factor_list },
}: {
  readonly administrator: AdministratorDetails
}) {
  const close = useCloseRoute(`/administrators/${admin_id}`)
  const navigate = useNavigate()
  const leave = () => navigate({ to: '/administrators' })
  const act = useAct({
    run: () => api.delete(`administrators/${admin_id}`),
    changes: ['administrators'],
    onDone: leave,
    onWaiting: close,
    done: `${name} is deleted`,
  })
  return (
    <RouteDialog parent={`/administrators/${admin_id}`} title={`Delete ${name}`}>
      <Confirm
        question="The account is gone for good. Log entries keep the name."
        consequences={[
          ...(sessions.length === 0 ? [] : [`${countOf(sessions.length)} at once.`]),
          ...(factor_list.length === 0
            ? []
            : [
                `${factor_list.length} second ${factor_list.length === 1 ? 'factor is' : 'factors are'} removed.`,
              ]),
        ]}
        typedName={email}
        action="Delete"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}

function countOf(sessions: number): string {
  return sessions === 1 ? '1 session ends' : `${sessions} sessions end`
}
