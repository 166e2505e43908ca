import { useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { remainingText } from '../phones/phone.ts'
import { type TokenDetails, useShownToken } from './token.ts'

const changes = ['tokens', 'users', 'users-counts']

export function UnassignDialog() {
  const { data: token } = useShownToken()
  return token === undefined ? null : <UnassignForm token={token} />
}

function UnassignForm({ token }: { readonly token: TokenDetails }) {
  const path = `tokens/${token.token_id}`
  const close = useCloseRoute(`/${path}`)
  const act = useAct({
    run: () => api.post(`${path}/unassign`),
    changes,
    onDone: close,
    done: `${token.serial} is free`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Unassign ${token.serial}`}>
      <Confirm
        question="Its passcodes stop working at once. The token can be given to another user."
        consequences={consequences(token)}
        action="Unassign"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}

export function DeleteDialog() {
  const { data: token } = useShownToken()
  return token === undefined ? null : <DeleteForm token={token} />
}

function DeleteForm({ token }: { readonly token: TokenDetails }) {
  const path = `tokens/${token.token_id}`
  const close = useCloseRoute(`/${path}`)
  const navigate = useNavigate()
  const act = useAct({
    run: () => api.delete(path),
    changes,
    onDone: () => navigate({ to: '/tokens' }),
    done: `${token.serial} is deleted`,
  })
  return (
    <RouteDialog parent={`/${path}`} title={`Delete ${token.serial}`}>
      <Confirm
        question="Its passcodes stop working at once, and its secret is deleted."
        consequences={consequences(token)}
        typedName={token.serial}
        action="Delete"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}

function consequences({ user, remaining }: TokenDetails): string[] {
  return user === null || remaining === null
    ? ['No user has it.']
    : [remainingText(user.username, remaining)]
}
