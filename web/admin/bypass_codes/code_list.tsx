import { Button } from '@mantine/core'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import type { UserDevices } from '../users/user.ts'
import { codeViews } from './bypass_code.ts'

/** The codes of a user, without the codes themselves: only their hashes are kept. */
export function CodeList({
  codes,
  mayEnd,
}: {
  readonly codes: UserDevices['bypass_codes']
  readonly mayEnd: boolean
}) {
  const end = useAct({
    run: (codeId: string) => api.delete(`bypass_codes/${codeId}`),
    changes: codeViews,
    done: 'The code no longer works',
  })
  return (
    <RowList
      label="Bypass codes"
      none="No code."
      rows={codes.map(({ bypass_code_id, kind, created_by, uses_left, expires }) => ({
        key: bypass_code_id,
        title: kind === 'recovery' ? 'Recovery code of the user' : `Created by ${created_by}`,
        detail: (
          <>
            {uses_left === null ? 'Unlimited uses' : `${uses_left} left`},{' '}
            {expires !== null && expires < Date.now() ? 'expired' : 'expires'}{' '}
            <Moment at={expires} none="never" />
          </>
        ),
        actions: mayEnd && (
          <Button
            variant="subtle"
            color="danger"
            size="xs"
            loading={end.isPending && end.variables === bypass_code_id}
            onClick={() => end.mutate(bypass_code_id)}
          >
            End
          </Button>
        ),
      }))}
    />
  )
}
