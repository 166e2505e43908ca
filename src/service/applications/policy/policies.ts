import { newIdentifier } from '../../store/identifier.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import { AccessError } from '../access_error.ts'
import { nameKey } from '../name_key.ts'
import { checkedName, type NameKind, namedOnce } from '../unique_name.ts'
import { checkSections, type PolicySections } from './policy_sections.ts'

export interface Policy {
  /** `PO…` */
  readonly policyKey: string
  readonly name: string
  readonly sections: PolicySections
  readonly isGlobal: boolean
  /** In milliseconds since 1970. */
  readonly created: number
}

export interface PolicyChange {
  readonly name?: string | undefined
  /** Each one replaces the section of that name. */
  readonly sections?: PolicySections | undefined
  readonly sectionsToDelete?: readonly string[] | undefined
}

interface PolicyRow {
  readonly policy_key: string
  readonly name: string
  readonly sections: string
  readonly is_global: number
  readonly created: number
}

const policyName: NameKind = {
  what: 'a policy',
  invalid: 'ACCESS_POLICY_NAME',
  taken: 'ACCESS_POLICY_NAME_TAKEN',
}
const maxSectionsLength = 100_000

/** Policies by their key. Where they apply is in `PolicyAttachments`. */
export class Policies {
  readonly #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  async list(db: StoreDb): Promise<Policy[]> {
    const rows = await db
      .selectFrom('policies')
      .selectAll()
      .orderBy('name')
      .orderBy('policy_key')
      .execute()
    return rows.map(toPolicy)
  }

  async byKey(policyKey: string, db: StoreDb): Promise<Policy | undefined> {
    const row = await this.#select(db).where('policy_key', '=', policyKey).executeTakeFirst()
    return row && toPolicy(row)
  }

  /** The policy with that name; case and blanks are ignored. */
  async byName(name: string, db: StoreDb): Promise<Policy | undefined> {
    const row = await this.#select(db).where('name_key', '=', nameKey(name)).executeTakeFirst()
    return row && toPolicy(row)
  }

  async global(db: StoreDb): Promise<Policy | undefined> {
    const row = await this.#select(db).where('is_global', '=', 1).executeTakeFirst()
    return row && toPolicy(row)
  }

  /** The policy of an application as a whole. */
  async ofApplication(ikey: string, db: StoreDb): Promise<Policy | undefined> {
    const row = await this.#select(db)
      .where('policy_key', 'in', (from) =>
        from.selectFrom('application_policies').select('policy_key').where('ikey', '=', ikey),
      )
      .executeTakeFirst()
    return row && toPolicy(row)
  }

  /** `name` if it is free, else with the first number appended that makes it unique. */
  async freeName(name: string, db: StoreDb): Promise<string> {
    const rows = await db.selectFrom('policies').select('name_key').execute()
    const taken = new Set(rows.map(({ name_key }) => name_key))
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name} ${number}`
      if (!taken.has(nameKey(free))) return free
    }
  }

  /** @throws {AccessError} `ACCESS_POLICY_NAME`, `ACCESS_POLICY_NAME_TAKEN`, `ACCESS_POLICY_SECTION` */
  async create(
    policy: { readonly name: string; readonly sections: PolicySections },
    now: number,
    db: StoreDb,
  ): Promise<Policy> {
    const name = checkedName(policy.name, policyName)
    const row = {
      policy_key: newIdentifier('PO'),
      name,
      name_key: nameKey(name),
      sections: toText(checkSections(policy.sections)),
      is_global: 0,
      created: now,
    }
    await namedOnce(name, policyName, () => db.insertInto('policies').values(row).execute())
    return toPolicy(row)
  }

  /**
   * Changes a policy. Concurrent changes of different sections are all kept.
   *
   * @param read The policy as the change was made from.
   * @throws {AccessError} As `create`; `ACCESS_POLICY_CHANGED` if one of the sections has changed since
   *   it was read; `ACCESS_POLICY_GONE`.
   */
  async update(read: Policy, change: PolicyChange, db: StoreDb): Promise<Policy> {
    const before = await this.hold(read, db)
    const { sections = {}, sectionsToDelete = [] } = change
    for (const section of Object.keys(sections)) {
      const [known, present] = [read, before].map((each) => JSON.stringify(each.sections[section]))
      if (known !== present) throw changedMeanwhile(before, section)
    }
    const merged = Object.entries({ ...before.sections, ...checkSections(sections) })
    const kept = merged.filter(([section]) => !sectionsToDelete.includes(section))
    const name = change.name === undefined ? before.name : checkedName(change.name, policyName)
    const changed = { ...before, name, sections: Object.fromEntries(kept) }
    const row = { name, name_key: nameKey(name), sections: toText(changed.sections) }
    await namedOnce(name, policyName, () =>
      db.updateTable('policies').set(row).where('policy_key', '=', read.policyKey).execute(),
    )
    return changed
  }

  /**
   * Locks a policy until the transaction ends.
   *
   * @returns The policy as it is now.
   * @throws {AccessError} `ACCESS_POLICY_GONE` if it was deleted.
   */
  async hold({ policyKey, name }: Policy, db: StoreDb): Promise<Policy> {
    const query = this.#select(db).where('policy_key', '=', policyKey)
    // SQLite runs one writing transaction at a time
    const locked = this.#store.dialect === 'postgres' ? query.forUpdate() : query
    const row = await locked.executeTakeFirst()
    if (row !== undefined) return toPolicy(row)
    throw new AccessError('ACCESS_POLICY_GONE', `the policy '${name}' was deleted meanwhile`)
  }

  /** Deletes a policy; where it was attached, the next one applies. */
  async remove(policyKey: string, db: StoreDb): Promise<void> {
    await db.deleteFrom('policies').where('policy_key', '=', policyKey).execute()
  }

  #select(db: StoreDb) {
    return db.selectFrom('policies').selectAll()
  }
}

function toPolicy(row: PolicyRow): Policy {
  return {
    policyKey: row.policy_key,
    name: row.name,
    sections: JSON.parse(row.sections),
    isGlobal: row.is_global === 1,
    created: row.created,
  }
}

function changedMeanwhile({ name }: Policy, section: string): AccessError {
  return new AccessError(
    'ACCESS_POLICY_CHANGED',
    `the section ${section} of the policy '${name}' was changed meanwhile; look at the policy and repeat the change`,
  )
}

function toText(sections: PolicySections): string {
  const text = JSON.stringify(sections)
  if (text.length <= maxSectionsLength) return text
  throw new AccessError(
    'ACCESS_POLICY_SECTION',
    `the sections of a policy have at most ${maxSectionsLength} characters of JSON`,
  )
}
