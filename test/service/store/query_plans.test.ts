import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { foundCompany } from '../../../bench/panel/company.ts'
import { fillLog, fillOtherLogs, loggedValues } from '../../../bench/panel/long_log.ts'
import {
  toUserFilter,
  userListFilters,
} from '../../../src/service/administration/user_list_filter.ts'
import {
  searchChanges,
  searchMessages,
  searchSignIns,
} from '../../../src/service/audit/log_search.ts'
import { Users, userSortKeys } from '../../../src/service/people/users.ts'
import type { Page } from '../../../src/service/store/keyset.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { type QueryPlan, queryPlans } from '../../rig/query_plans.ts'
import { onBothDatabases } from '../../rig/store.ts'

/** More than a list collects and sorts, so that both ways to a page occur. */
const userCount = 11_000
const lineCount = 25_000
const limit = 50
const maxSorted = 2000

/** In SQLite's words; an index that is read from its beginning gives the order of a page. */
const wholeTable =
  /SCAN (users|user_words|group_members|failed_attempts|portal_codes|\w+_log|authentication_hours)\b(?! USING)/

/** No filter, each filter alone, and each pair of filters, with each of their values. */
function pairs(values: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  const single = Object.entries(values).flatMap(([name, each]) =>
    each.map((value) => ({ name, value })),
  )
  const all: Record<string, string>[] = [{}]
  for (const [index, { name, value }] of single.entries()) {
    all.push({ [name]: value })
    for (const other of single.slice(index + 1)) {
      if (other.name !== name) all.push({ [name]: value, [other.name]: other.value })
    }
  }
  return all
}

onBothDatabases('plans of lists and logs', (rig) => {
  let store: Store
  const explained = new Set<string>()
  let groups: readonly (string | undefined)[]
  before(async () => {
    store = await rig().open()
    const company = await foundCompany(store, userCount)
    groups = [undefined, company.groups.everyone, company.groups.few]
    await fillLog(store, lineCount)
    await fillOtherLogs(store, lineCount)
  })

  /** The plans of the first two pages, without those of statements that were explained before. */
  async function plansOf(
    read: (db: StoreDb, after: string | undefined) => Promise<Page<unknown>>,
  ): Promise<QueryPlan[]> {
    let next: string | null = null
    const first = await queryPlans(store, explained, async (db) => {
      next = (await read(db, undefined)).next
    })
    if (next === null) return first
    const after: string = next
    return [...first, ...(await queryPlans(store, explained, (db) => read(db, after)))]
  }

  /** A page is read in the order of an index, or sorts few rows that an index has found. */
  function assertBounded({ sql, steps }: QueryPlan): void {
    const text = `${sql}\n${steps}`
    const isCollected = /\|\| ''|\+ 0/.test(sql)
    const isCount = !/ limit [?$\d]+$/.test(sql)
    if (store.dialect === 'sqlite') {
      assert.doesNotMatch(steps, wholeTable, text)
      if (isCollected) assert.doesNotMatch(steps, /^SCAN users/m, text)
      else if (!isCount) assert.doesNotMatch(steps, /B-TREE FOR ORDER BY/, text)
      return
    }
    // reading a table of 11,000 rows may well be faster than ten thousand look-ups, and so may counting
    if (isCollected || isCount || sql.includes('authentication_hours')) return
    assert.doesNotMatch(steps, /Seq Scan/, text)
    const sorted = /Sort {2}\(.* rows=(\d+)/.exec(steps)?.[1] ?? '0'
    assert.ok(Number(sorted) < maxSorted, text)
  }

  for (const by of userSortKeys) {
    for (const descending of [false, true]) {
      test(`users by ${by} ${descending ? 'descending' : 'ascending'}, with each filter`, async () => {
        for (const filter of [undefined, ...userListFilters]) {
          for (const { q, group } of [
            ...groups.map((group) => ({ q: '', group })),
            ...['ada', 'exam ada'].map((q) => ({ q, group: undefined })),
          ]) {
            const selected = toUserFilter({ q, filter, group }, Date.now())
            const plans = await plansOf((db, after) =>
              new Users().page({ ...selected, after, limit, sort: { by, descending } }, db),
            )
            for (const plan of plans) assertBounded(plan)
          }
        }
      })
    }
  }

  const range = { from: 0, to: Number.MAX_SAFE_INTEGER }
  const values = Object.fromEntries(
    Object.entries(loggedValues).map(([name, each]) => [name, Object.values(each)]),
  )
  test('sign-ins with each filter and each pair of filters', async () => {
    for (const times of [{}, range]) {
      for (const { user, application, ...others } of pairs(values)) {
        const search = { ...others, ...times, username: user, ikey: application }
        const plans = await plansOf((db, after) =>
          searchSignIns(search, { after, limit }, Date.now(), db),
        )
        for (const plan of plans) assertBounded(plan)
      }
    }
  })

  test('changes and messages with each filter and each pair of filters', async () => {
    const changes = ['actor', 'action', 'userId', 'objectId', 'address'].map((name) => [
      name,
      ['0'],
    ])
    for (const search of pairs(Object.fromEntries(changes))) {
      const plans = await plansOf((db, after) => searchChanges(search, { after, limit }, db))
      for (const plan of plans) assertBounded(plan)
    }
    const messages = ['userId', 'type', 'number', 'result'].map((name) => [name, ['0']])
    for (const search of pairs(Object.fromEntries(messages))) {
      const plans = await plansOf((db, after) => searchMessages(search, { after, limit }, db))
      for (const plan of plans) assertBounded(plan)
    }
  })
})
