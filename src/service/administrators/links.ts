import { createHash } from 'node:crypto'
import { Secret } from '../../host/secret.ts'
import { newPortalCode } from '../store/identifier.ts'
import type { StoreDb } from '../store/store.ts'

/**
 * `owner`: creates the first owner; `activation`: sets the first password, and adds a factor;
 * `password`: sets a new password, and asks for a factor; `factors`: asks for the password, and adds a
 * factor.
 */
const linkKinds = ['owner', 'activation', 'password', 'factors'] as const
export type AdministratorLinkKind = (typeof linkKinds)[number]

/** A one-time link for an administrator. */
export interface AdministratorLink {
  readonly codeHash: string
  readonly kind: AdministratorLinkKind
  /** `null` for `owner`. */
  readonly adminId: string | null
  readonly created: number
  readonly createdBy: string
  readonly expires: number
}

/** A new link's code, and when it expires. */
export interface CreatedLink {
  /** Lets someone in. */
  readonly code: Secret
  readonly expires: number
}

/** How long an expired link is kept. */
const rememberedMs = 60 * 60_000

/** One-time links of administrators. Only the hash of a code is stored. */
export class AdministratorLinks {
  /** Creates a link; the administrator's earlier ones end. */
  async create(
    link: Pick<AdministratorLink, 'kind' | 'adminId' | 'createdBy' | 'expires'>,
    now: number,
    db: StoreDb,
  ): Promise<CreatedLink> {
    await this.end(link.adminId, db)
    const code = newPortalCode()
    await db
      .insertInto('administrator_links')
      .values({
        code_hash: hashCode(code),
        kind: link.kind,
        admin_id: link.adminId,
        created: now,
        created_by: link.createdBy,
        expires: link.expires,
        used: null,
      })
      .execute()
    return { code: new Secret(code), expires: link.expires }
  }

  /** Finds a link that can still be used. */
  async byCode(code: Secret, now: number, db: StoreDb): Promise<AdministratorLink | undefined> {
    const row = await db
      .selectFrom('administrator_links')
      .selectAll()
      .where('code_hash', '=', hashCode(code.reveal()))
      .where('used', 'is', null)
      .where('expires', '>', now)
      .executeTakeFirst()
    const kind = linkKinds.find((known) => known === row?.kind)
    if (row === undefined || kind === undefined) return undefined
    return {
      codeHash: row.code_hash,
      kind,
      adminId: row.admin_id,
      created: row.created,
      createdBy: row.created_by,
      expires: row.expires,
    }
  }

  /** Uses a link up, by one UPDATE. @returns `false` if it was used or has expired. */
  async consume({ codeHash }: AdministratorLink, now: number, db: StoreDb): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable('administrator_links')
      .set({ used: now })
      .where('code_hash', '=', codeHash)
      .where('used', 'is', null)
      .where('expires', '>', now)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** When the open link of each of these administrators expires. */
  async openUntil(
    adminIds: readonly string[],
    now: number,
    db: StoreDb,
  ): Promise<ReadonlyMap<string, number>> {
    if (adminIds.length === 0) return new Map()
    const rows = await db
      .selectFrom('administrator_links')
      .select(['admin_id', 'expires'])
      .where('admin_id', 'in', adminIds)
      .where('used', 'is', null)
      .where('expires', '>', now)
      .orderBy('expires')
      .execute()
    return new Map(
      rows.flatMap(({ admin_id, expires }) => (admin_id === null ? [] : [[admin_id, expires]])),
    )
  }

  /** Ends the open links of an administrator, or with `null` those for the first owner. */
  async end(adminId: string | null, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('administrator_links')
      .where('admin_id', adminId === null ? 'is' : '=', adminId)
      .where('used', 'is', null)
      .execute()
  }

  /** Deletes old links. */
  async prune(now: number, db: StoreDb): Promise<void> {
    await db
      .deleteFrom('administrator_links')
      .where('expires', '<', now - rememberedMs)
      .execute()
  }
}

/** The code follows the `#`, so that browsers send it to no server, proxy or log. */
export function administratorLink(address: string, code: Secret): string {
  return `${address}/admin/activate#${code.reveal()}`
}

function hashCode(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}
