import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { pagingMetadata, parseEnvelope, success } from '../../../src/duo/index.ts'
import { userOverviews } from '../../../src/service/administration/user_overview.ts'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { AdministratorLog } from '../../../src/service/audit/administrator_log.ts'
import { AuthenticationLog } from '../../../src/service/audit/authentication_log.ts'
import { TelephonyLog } from '../../../src/service/audit/telephony_log.ts'
import { HardwareTokens } from '../../../src/service/authenticators/hardware_tokens.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { Yubikeys } from '../../../src/service/authenticators/yubikey/yubikeys.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { Users, userSortKeys } from '../../../src/service/people/users.ts'
import { type Page, type PageRequest, pages } from '../../../src/service/store/keyset.ts'
import type { Store, StoreDb } from '../../../src/service/store/store.ts'
import { queryPlans } from '../../rig/query_plans.ts'
import { onBothDatabases } from '../../rig/store.ts'
import { TestYubikey } from '../../rig/yubikey.ts'

const now = Date.UTC(2026, 0, 1)
const bytes = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other))

type Read<Item> = (request: PageRequest<never>) => Promise<Page<Item>>

/** All entries of a list, read two at a time. */
async function readAll<Item>(read: Read<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const items of pages((after) => read({ limit: 2, after }))) {
    assert.ok(items.length <= 2)
    all.push(...items)
  }
  return all
}

/** The same entries, by number instead of by cursor. */
async function readByOffset<Item>(read: Read<Item>, total: number): Promise<Item[]> {
  const all: Item[] = []
  for (let offset = 0; offset < total; offset += 2) {
    all.push(...(await read({ limit: 2, offset })).items)
  }
  return all
}

onBothDatabases('pages of a list', (rig) => {
  let store: Store
  let users: Users
  before(async () => {
    store = await rig().open()
    users = new Users()
    await store.transaction(async (db) => {
      for (const [index, [username, realname, email, alias]] of [
        ['bob', 'Bob Baker', 'bob@example.com', 'bobby'],
        ['Alice', 'Alice Adams', 'alice@example.com', 'a.adams'],
        ['ärzte', 'Alice Adams', 'z@example.com', 'doctors'],
        ['carol', '', '', 'cc'],
        ['dave_x', 'Dave O\u2019Neill', 'DAVE@Example.com', 'dd'],
        ['zoe', 'Zoë Adams', '', 'zz'],
        ['100%', 'Alice Adams', '', 'percent'],
      ].entries()) {
        const user = { username: username ?? '', realname: realname ?? '', email: email ?? '' }
        const aliases = [alias ?? '']
        const created = now + (index % 3)
        const { userId } = await users.create({ ...user, aliases }, created, db)
        if (index % 2 === 0) await users.signedIn({ userId }, now + index, db)
      }
    })
  })

  for (const by of userSortKeys) {
    for (const descending of [false, true]) {
      test(`lists every user once, by ${by} ${descending ? 'descending' : 'ascending'}`, async () => {
        const read: Read<{ userId: string; username: string }> = (request) =>
          users.page({ ...request, sort: { by, descending } }, store.db)
        const all = await readAll(read)
        const total = await users.total({}, store.db)
        assert.equal(total, 7)
        assert.equal(new Set(all.map(({ userId }) => userId)).size, total)
        assert.deepEqual(await readByOffset(read, total), all)
        assert.deepEqual(await readAll(read), all)
        const opposite = await readAll((request) =>
          users.page({ ...request, sort: { by, descending: !descending } }, store.db),
        )
        assert.deepEqual(opposite.toReversed(), all)
      })
    }
  }

  test('sorts user names without case, in the same way in both databases', async () => {
    const all = await readAll((request) => users.page(request, store.db))
    assert.deepEqual(
      all.map(({ username }) => username),
      ['100%', 'Alice', 'bob', 'carol', 'dave_x', 'zoe', 'ärzte'],
    )
    assert.deepEqual(all[1]?.aliases, ['a.adams'])
  })

  for (const [search, found] of [
    ['adams', ['100%', 'Alice', 'zoe', 'ärzte']],
    ['ADAMS ali', ['100%', 'Alice', 'ärzte']],
    ['bobb', ['bob']],
    ['dave@ex', ['dave_x']],
    ['example', ['Alice', 'bob', 'dave_x', 'ärzte']],
    ['Är', ['ärzte']],
    ['zoë', ['zoe']],
    ['100%', ['100%']],
    ['%', []],
    ['_', []],
    ["' or 1=1 --", []],
    ['\0', ['100%', 'Alice', 'bob', 'carol', 'dave_x', 'zoe', 'ärzte']],
  ] as const) {
    test(`finds users by ${JSON.stringify(search)}`, async () => {
      const all = await readAll((request) => users.page({ ...request, search }, store.db))
      assert.deepEqual(
        all.map(({ username }) => username),
        found,
      )
      assert.equal(await users.total({ search }, store.db), found.length)
    })
  }

  test('finds a user by the new name, and no longer by the old one', async () => {
    const find = async (search: string) =>
      (await users.page({ limit: 9, search }, store.db)).items.map(({ username }) => username)
    const { userId } = await store.transaction((db) =>
      users.create({ username: 'erin', realname: 'Erin Early' }, now, db),
    )
    await store.transaction((db) => users.update(userId, { realname: 'Erin Late' }, db))
    assert.deepEqual([await find('early'), await find('late')], [[], ['erin']])
    await store.transaction((db) => users.update(userId, { username: 'erika' }, db))
    assert.deepEqual([await find('erin'), await find('erika')], [['erika'], ['erika']])
    await store.transaction((db) => users.setAliases(userId, ['third'], db))
    assert.deepEqual(await find('third'), ['erika'])
    await store.transaction((db) => users.remove(userId, db))
    assert.deepEqual(await find('erika'), [])
  })

  test('neither repeats nor skips a user while others come and go', async () => {
    const first = await users.page({ limit: 3 }, store.db)
    const added = await store.transaction(async (db) => [
      await users.create({ username: 'aaron' }, now, db),
      await users.create({ username: 'yves' }, now, db),
    ])
    const rest = await users.page({ limit: 9, after: first.next ?? '' }, store.db)
    assert.deepEqual(
      rest.items.map(({ username }) => username),
      ['carol', 'dave_x', 'yves', 'zoe', 'ärzte'],
    )
    await store.transaction(async (db) => {
      for (const { userId } of added) await users.remove(userId, db)
    })
  })

  test('refuses a cursor of another list or order, and text that is none', async () => {
    const { next } = await users.page({ limit: 1 }, store.db)
    assert.ok(next !== null)
    const refused = { code: 'STORE_CURSOR' }
    await assert.rejects(new Groups().page({ limit: 1, after: next }, store.db), refused)
    const sort = { by: 'username', descending: true } as const
    await assert.rejects(users.page({ limit: 1, after: next, sort }, store.db), refused)
    const bad = Buffer.from('["users username","a\\u0000",{}]').toString('base64url')
    for (const after of ['', 'x', '%', bad]) {
      await assert.rejects(users.page({ limit: 1, after }, store.db), refused)
    }
  })

  test('filters users by status', async () => {
    assert.equal(await users.total({ status: 'active' }, store.db), 7)
    assert.deepEqual((await users.page({ limit: 9, status: 'bypass' }, store.db)).items, [])
  })

  test('lists overviews of the same users', async () => {
    const all = await readAll((request) => userOverviews(store, request, now))
    assert.equal(all.length, 7)
  })

  test('lists phones by number and by age', async () => {
    const phones = new Phones()
    const [owner] = (await users.page({ limit: 1 }, store.db)).items
    assert.ok(owner !== undefined)
    const numbers = ['+12025550143', '+4930123456', '+12025550100', '', '']
    await store.transaction(async (db) => {
      for (const number of numbers) await phones.add(owner.userId, { number }, now, db)
    })
    const sorted = await readAll((request) => phones.page(request, store.db))
    assert.deepEqual(
      sorted.map(({ number }) => number),
      numbers.toSorted(bytes),
    )
    const sort = { by: 'created', descending: true } as const
    assert.equal(
      (await readAll((request) => phones.page({ ...request, sort }, store.db))).length,
      5,
    )
    const search = '+1 (202)'
    assert.equal((await phones.page({ limit: 9, search }, store.db)).items.length, 2)
    assert.equal(await phones.total({ search }, store.db), 2)
  })

  test('lists OATH tokens and YubiKeys together', async () => {
    const tokens = new HardwareTokens(store)
    const yubikeys = Array.from({ length: 4 }, () => new TestYubikey().listed)
    const serials = ['1', '2500000', '9999999', 'b', 'B']
    await store.transaction(async (db) => {
      for (const serial of serials) {
        await new OathTokens(store).create(null, { kind: 'totp', serial }, now, db)
      }
      for (const yubikey of yubikeys) await new Yubikeys(store).create(null, yubikey, now, db)
    })
    const expected = [...serials, ...yubikeys.map(({ serial }) => serial)].toSorted(bytes)
    const read: Read<{ serial: string }> = (request) => tokens.page(request, store.db)
    const all = await readAll(read)
    assert.deepEqual(
      all.map(({ serial }) => serial),
      expected,
    )
    assert.equal(await tokens.total({ unassigned: true }, store.db), expected.length)
    assert.deepEqual(await readByOffset(read, expected.length), all)
    const descending = await readAll((request) =>
      tokens.page({ ...request, sort: { by: 'serial', descending: true } }, store.db),
    )
    assert.deepEqual(descending, all.toReversed())
    assert.equal((await tokens.page({ limit: 9, search: '25' }, store.db)).items.length >= 1, true)
  })

  test('lists groups and applications by name, and finds them by a part of it', async () => {
    const groups = new Groups()
    const applications = new Integrations(store)
    const names = ['VPN users', 'admins', 'Contractors', '50% staff', 'a_b']
    await store.transaction(async (db) => {
      for (const name of names) {
        await groups.create(name, 'active', '', db)
        await applications.create({ name, type: 'radius' }, now, db)
      }
    })
    for (const list of [groups, applications]) {
      const page: Read<{ name: string }> = (request) => list.page(request, store.db)
      const all = (await readAll(page)).map(({ name }) => name)
      assert.deepEqual(all, ['50% staff', 'a_b', 'admins', 'Contractors', 'VPN users'])
      const find = async (search: string) => {
        const { items } = await list.page({ limit: 9, search }, store.db)
        assert.equal(await list.total({ search }, store.db), items.length)
        return items.map(({ name }) => name)
      }
      assert.deepEqual(await find('TRACT'), ['Contractors'])
      assert.deepEqual(await find('%'), ['50% staff'])
      assert.deepEqual(await find('_'), ['a_b'])
    }
  })

  test('lists the three logs, newest first, entries of the same moment once', async () => {
    const administrators = new AdministratorLog()
    const authentications = new AuthenticationLog()
    const telephony = new TelephonyLog(store)
    await store.transaction(async (db) => {
      for (let line = 0; line < 5; line++) {
        const timestamp = now + (line % 2)
        const done = { timestamp, actor: 'cli:test', action: 'user_create', description: '' }
        await administrators.append({ ...done, object: String(line) }, db)
        const signIn = { userId: null, username: String(line), ikey: '', application: '' }
        const how = { factor: '', result: 'denied', reason: '', ipaddr: '', hostname: '' } as const
        await authentications.append(
          { timestamp, txid: null, ...signIn, ...how, device: '', repeatOf: null },
          db,
        )
        const call = { type: 'phone', context: 'authentication', number: String(line) } as const
        const sent = { userId: null, txid: null, provider: '', result: 'sent', detail: '' } as const
        await telephony.append({ timestamp, ...call, ...sent }, db)
      }
    })
    const expected = ['3', '1', '4', '2', '0']
    const done = await readAll((request) => administrators.page(request, store.db))
    assert.deepEqual(
      done.map(({ object }) => object),
      expected,
    )
    const signIns = await readAll((request) => authentications.page(request, store.db))
    assert.deepEqual(
      signIns.map(({ username }) => username),
      expected,
    )
    const calls = await readAll((request) => telephony.page(request, store.db))
    assert.deepEqual(
      calls.map(({ number }) => number),
      expected,
    )
    const oldest = { sort: { by: 'timestamp', descending: false } } as const
    assert.deepEqual(
      await readAll((request) => authentications.page({ ...request, ...oldest }, store.db)),
      signIns.toReversed(),
    )
    assert.equal(await administrators.total({ mintime: now + 1 }, store.db), 2)
    assert.equal(await authentications.total({ result: 'denied' }, store.db), 5)
    assert.equal(await telephony.total({ maxtime: now }, store.db), 3)
  })

  describe('with 20,000 users', () => {
    before(async () => {
      const numbers =
        store.dialect === 'postgres'
          ? sql`select n from generate_series(1, 20000) as t(n)`
          : sql`with recursive t(n) as (select 1 union all select n + 1 from t where n < 20000) select n from t`
      await store.transaction(async (db) => {
        // PostgreSQL would count the devices of each user row by row
        if (store.dialect === 'postgres') {
          await sql`set local session_replication_role = replica`.execute(db)
        }
        await sql`insert into users (user_id, username, realname, email, status, created, last_login)
        select 'DUBULK' || n, 'bulk' || n, 'Bulk User', 'bulk' || n || '@example.com', 'active', n, n
        from (${numbers}) as numbers`.execute(db)
        await sql`insert into user_words select 'bulk' || n, 'DUBULK' || n from (${numbers}) as numbers`.execute(
          db,
        )
        await sql`insert into phones (phone_id, user_id, position, number, name, platform, created)
        select 'DPBULK' || n, 'DUBULK' || n, 0, '+4930' || (1000000 + n), '', '', n
        from (${numbers}) as numbers`.execute(db)
        await sql`insert into push_devices (phone_id, public_key, user_agent, activated)
        select 'DPBULK' || n, '', '', n from (${numbers}) as numbers`.execute(db)
        await sql`insert into oath_tokens
          (token_id, serial, kind, digits, algorithm, step_secs, position, drift, resync_codes, sealed_secret, created)
        select 'DHBULK' || n, 'BULK' || n, 'totp', 6, 'SHA1', 30, 0, 0, 0, '', n
        from (${numbers}) as numbers`.execute(db)
        await sql`insert into administrator_log (timestamp, actor, action, object, description)
        select n, '', '', '', '' from (${numbers}) as numbers`.execute(db)
        await sql`insert into authentication_log
          (timestamp, username, ikey, application, factor, result, reason, ipaddr, hostname, device)
        select n, '', '', '', '', '', '', '', '', '' from (${numbers}) as numbers`.execute(db)
        await sql`insert into telephony_log (timestamp, type, context, number, provider, result, detail)
        select n, 'sms', '', '', '', '', '' from (${numbers}) as numbers`.execute(db)
      })
      await sql`analyze`.execute(store.db)
    })

    const lists: Readonly<
      Record<string, (db: StoreDb, request: PageRequest<never>) => Promise<Page<unknown>>>
    > = {
      ...Object.fromEntries(
        userSortKeys.map((by) => [
          `users by ${by}`,
          (db: StoreDb, request: PageRequest<never>) =>
            users.page({ ...request, sort: { by } }, db),
        ]),
      ),
      'phones by number': (db, request) => new Phones().page(request, db),
      'phones by age': (db, request) =>
        new Phones().page({ ...request, sort: { by: 'created' } }, db),
      'phones found by number': (db, request) =>
        new Phones().page({ ...request, search: '+49301019' }, db),
      'tokens by serial': async (db, request) => await new OathTokens(store).page(request, db),
      'the administrator log': (db, request) => new AdministratorLog().page(request, db),
      'the authentication log': (db, request) => new AuthenticationLog().page(request, db),
      'the telephony log': (db, request) => new TelephonyLog(store).page(request, db),
    }
    for (const [list, read] of Object.entries(lists)) {
      test(`finds any page of ${list} by an index`, async () => {
        const { next } = await read(store.db, { limit: 50 })
        for (const after of [undefined, ...(next === null ? [] : [next])]) {
          const [plan] = await queryPlans(store, new Set(), (db) => read(db, { limit: 50, after }))
          const scan = store.dialect === 'postgres' ? /Seq Scan/ : /^SCAN (?!\w+ USING)/m
          assert.doesNotMatch(plan?.steps ?? 'SCAN', scan)
          if (!list.includes('found')) assert.doesNotMatch(plan?.steps ?? '', /TEMP B-TREE|Sort/)
        }
      })
    }

    test('streams all of them', async () => {
      let count = 0
      for await (const items of pages((after) => users.page({ limit: 500, after }, store.db))) {
        count += items.length
      }
      assert.equal(count, 20_007)
    })
  })
})

describe('paging metadata of the Admin API', () => {
  for (const [offset, limit, total, expected] of [
    [0, 100, 951, { next_offset: 100, total_objects: 951 }],
    [100, 100, 951, { next_offset: 200, prev_offset: 0, total_objects: 951 }],
    [50, 100, 951, { next_offset: 150, prev_offset: 0, total_objects: 951 }],
    [900, 100, 951, { prev_offset: 800, total_objects: 951 }],
    [0, 100, 100, { total_objects: 100 }],
    [0, 100, 0, { total_objects: 0 }],
  ] as const) {
    test(`offset ${offset}, limit ${limit} of ${total}`, () => {
      assert.deepEqual(pagingMetadata({ offset, limit }, total), expected)
    })
  }

  test('is a sibling of the response', () => {
    const envelope = success([1], pagingMetadata({ offset: 0, limit: 1 }, 2))
    const metadata = { next_offset: 1, total_objects: 2 }
    assert.deepEqual(envelope, { stat: 'OK', response: [1], metadata })
    assert.deepEqual(parseEnvelope(JSON.stringify(envelope)), { stat: 'OK', response: [1] })
    assert.deepEqual(success('pong'), { stat: 'OK', response: 'pong' })
  })
})
