import { useParams } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import type { User, UserDevices } from '../users/user.ts'
import { codesText, codeViews, recoveryCodesText } from './bypass_code.ts'
import { CodeList } from './code_list.tsx'

const parent = '/bypass-codes'

interface Holder {
  readonly user: User
  readonly codes: UserDevices['bypass_codes']
}

/** The user whose codes are shown; `undefined` until they are loaded. */
function useHolder(): Holder | undefined {
  const { user: userId = '' } = useParams({ strict: false })
  const { data: user } = useView<User>(`users/${userId}`)
  const { data: devices } = useView<UserDevices>(`users/${userId}/devices`)
  return user === undefined || devices === undefined
    ? undefined
    : { user, codes: devices.bypass_codes }
}

export function CodesDialog() {
  const holder = useHolder()
  const mayEnd = usePermits()('bypass_codes.edit')
  return (
    <RouteDialog parent={parent} title={holder === undefined ? 'Codes' : titleOf(holder)}>
      {holder === undefined ? (
        <LoadingSkeleton h={120} />
      ) : (
        <CodeList codes={holder.codes} mayEnd={mayEnd} />
      )}
    </RouteDialog>
  )
}

export function EndDialog() {
  const holder = useHolder()
  return holder === undefined ? null : <EndForm holder={holder} />
}

function EndForm({ holder }: { readonly holder: Holder }) {
  const { user, codes } = holder
  const close = useCloseRoute(parent)
  const act = useAct({
    run: () => api.delete(`users/${user.user_id}/bypass_codes`),
    changes: codeViews,
    onDone: close,
    done: `The codes of ${user.username} no longer work`,
  })
  const recovery = codes.filter(({ kind }) => kind === 'recovery').length
  return (
    <RouteDialog parent={parent} title={`End the codes of ${user.username}`}>
      <Confirm
        question="They stop working at once. This can’t be undone."
        consequences={[
          codesText(codes.length - recovery),
          ...(recovery === 0 ? [] : [`${recoveryCodesText(recovery)} that the user made`]),
        ]}
        action="End all"
        act={act}
        input={undefined}
        onCancel={close}
      />
    </RouteDialog>
  )
}

function titleOf({ user }: Holder): string {
  return `Codes of ${user.username}`
}
