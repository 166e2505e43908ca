import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import type { Job } from '../parts/job.ts'
import { useCloseRoute } from '../parts/route_dialog.tsx'
import type { Selected } from '../parts/selection.ts'
import type { UrlSearch } from '../url_search.ts'

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** The users that a bulk change is about; a reload keeps them. */
    readonly selectedUsers?: Selected
  }
}

export type BulkAct =
  | 'invite'
  | 'group_add'
  | 'group_remove'
  | 'status'
  | 'lock'
  | 'unlock'
  | 'trash'
  | 'restore'

/** What a bulk change would affect. */
export interface SelectionCounts {
  readonly users: number
  readonly enrolled: number
  readonly devices: number
  /** Signed in during the last 30 days. */
  readonly recent: number
  /** With neither a device nor an e-mail address. */
  readonly unreachable: number
  /** How long removed users stay in the trash. */
  readonly trash_days: number
}

export interface BulkResult {
  readonly act: BulkAct
  readonly changed: number
  readonly failures: readonly {
    readonly user_id: string
    readonly username: string
    readonly message: string
  }[]
  readonly failure_count: number
}

/** The values of one act besides the users: `{ act: 'status', status: 'disabled' }`. */
type Change = Readonly<Record<string, string | number | null>> & { readonly act: BulkAct }

/** The bulk change whose dialog is open: the selected users, and how to start it. */
export function useBulk() {
  const selected = useLocation({ select: ({ state }) => state.selectedUsers })
  const navigate = useNavigate()
  const close = useCloseRoute('/users')
  const selection = selected === undefined ? undefined : toSelection(selected)
  const counted = useQuery({
    queryKey: ['api', 'users/selection', selection],
    queryFn: () => api.post<SelectionCounts>('users/selection', { selection }),
    enabled: selection !== undefined,
  })
  const start = useAct({
    run: (change: Change) => api.post<Job<BulkResult>>('users/bulk', { ...change, selection }),
    onDone: ({ job_id }) =>
      navigate({
        to: `/users/jobs/${job_id}`,
        search: (before: UrlSearch) => before,
        resetScroll: false,
      }),
  })
  return { isSelected: selection !== undefined, counted, start, close }
}

function toSelection(selected: Selected) {
  return selected.kind === 'rows' ? { ids: selected.keys } : { filters: selected.filters }
}

/** `1 user`, `1,200 users` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`
}
