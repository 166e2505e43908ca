import { notify } from '../../parts/notify.ts'
import { useReload } from '../parts/act.ts'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { type Session, useSessionChange } from '../session.ts'
import { AddFactor } from '../sign_in/add_factor.tsx'

const parent = '/account'

export function AddFactorDialog() {
  const close = useCloseRoute(parent)
  const reload = useReload()
  const { is } = useSessionChange()
  const done = async (session: Session) => {
    is(session)
    notify('Factor added')
    await reload(['profile'])
    close()
  }
  return (
    <RouteDialog parent={parent} title="Add a second factor">
      <AddFactor onDone={done} />
    </RouteDialog>
  )
}
