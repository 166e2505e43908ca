import { CreateCodesDialog } from '../bypass_codes/create_codes_dialog.tsx'
import { useShownUser } from './shown_user.ts'

export function BypassCodesDialog() {
  const user = useShownUser()
  return user === undefined ? null : (
    <CreateCodesDialog parent={`/users/${user.user_id}`} user={user} />
  )
}
