import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { phoneName } from '../users/user.ts'
import { type PhoneDetails, remainingText } from './phone.ts'

/** Removes a phone, or only takes it away from its user. */
export function RemovalDialog({
  phoneId,
  parent,
  detach = false,
  onRemoved,
}: {
  readonly phoneId: string
  /** The page behind the dialog. */
  readonly parent: string
  readonly detach?: boolean
  readonly onRemoved: () => unknown
}) {
  const path = `phones/${phoneId}`
  const { data: phone } = useView<PhoneDetails>(path)
  const close = useCloseRoute(parent)
  const remove = useAct({
    run: () => (detach ? api.post(`${path}/detach`) : api.delete(path)),
    changes: ['users', 'users-counts', 'phones'],
    onDone: onRemoved,
    done: detach ? 'The phone has no user now' : 'The phone is removed',
  })
  return (
    <RouteDialog parent={parent} title={detach ? 'Detach the phone' : 'Remove the phone'}>
      {phone === undefined ? (
        <LoadingSkeleton h={140} />
      ) : (
        <Confirm
          question={
            detach
              ? `${phoneName(phone)} stays in the list without a user.`
              : `${phoneName(phone)} is deleted. This can’t be undone.`
          }
          consequences={consequences(phone)}
          action={detach ? 'Detach' : 'Remove'}
          act={remove}
          input={undefined}
          onCancel={close}
        />
      )}
    </RouteDialog>
  )
}

function consequences({ activated, number, user, remaining }: PhoneDetails): string[] {
  return [
    ...(activated ? ['Its app stops working at once: pushes and passcodes.'] : []),
    ...(number === ''
      ? []
      : ['It gets no more calls and SMS. SMS passcodes that were sent to it stop working.']),
    ...(user === null || remaining === null ? [] : [remainingText(user.username, remaining)]),
  ]
}
