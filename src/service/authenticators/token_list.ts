import { sql } from 'kysely'
import { byteOrder, type Keyset, type PageRequest } from '../store/keyset.ts'
import type { StoreDb } from '../store/store.ts'

/** Which tokens are listed. */
export interface TokenFilter {
  /** The beginning of the serial. */
  readonly search?: string | undefined
  /** Only tokens that can be assigned to a user. */
  readonly unassigned?: boolean | undefined
  /** Leaves out the passcode generators of phones. */
  readonly standalone?: boolean | undefined
}

/** How many tokens a user has. */
export interface TokenCounts {
  readonly all: number
  /** Without the passcode generators of phones. */
  readonly standalone: number
}

export type TokenPageRequest = PageRequest<'serial' | 'created'> & TokenFilter

/** The order in which OATH tokens and YubiKeys are listed together. */
export function tokenOrder({ sort }: TokenPageRequest, db: StoreDb): Keyset {
  const { by = 'serial' } = sort ?? {}
  return {
    name: `tokens ${by}`,
    by: by === 'created' ? sql.ref<number>('created') : byteOrder(db, 'serial'),
    key: sql.ref<string>('token_id'),
    descending: sort?.descending ?? false,
  }
}
