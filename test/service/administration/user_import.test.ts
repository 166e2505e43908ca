import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { InvitationMailer } from '../../../src/service/administration/acts/invitations.ts'
import { trashUser } from '../../../src/service/administration/acts/trash.ts'
import { UserImport } from '../../../src/service/administration/acts/user_import.ts'
import { Administration } from '../../../src/service/administration/administration.ts'
import { builtInRole, customRole } from '../../../src/service/administration/roles.ts'
import { HardwareTokens } from '../../../src/service/authenticators/hardware_tokens.ts'
import { Phones } from '../../../src/service/authenticators/phone/phones.ts'
import { Groups } from '../../../src/service/people/groups.ts'
import { readUserFile } from '../../../src/service/people/user_file/user_file.ts'
import { Users } from '../../../src/service/people/users.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { mainlyOnSqlite } from '../../rig/store.ts'
import { World } from './attempts.ts'

mainlyOnSqlite('the import of users', (rig) => {
  const clock = new ManualClock()
  const users = new Users()
  let store: Store
  let world: World
  let owner: Administration
  before(async () => {
    store = await rig().open()
    world = new World(store, clock)
    owner = new Administration(store, clock, { name: 'owner', role: builtInRole('Owner') })
  })

  async function importLines(
    lines: readonly string[],
    {
      dryRun = false,
      createGroups = true,
      invite,
      administration = owner,
    }: {
      readonly dryRun?: boolean
      readonly createGroups?: boolean
      readonly invite?: InvitationMailer
      readonly administration?: Administration
    } = {},
  ) {
    const file = await readUserFile(Buffer.from(lines.join('\n')))
    const options = { dryRun, createGroups, invite }
    return await new UserImport(store, administration, clock, options).run(file)
  }

  const sixLines = [
    'username,realname,email,alias1,phone1,platform1,group1,token1',
    'ann,Ann,ann@example.com,a1,+1 202 555 0101,iphone,Staff,',
    'ben,Ben,ben@example.com,b1,+1 202 555 0102 x7,landline,Staff,',
  ]

  test('a dry run finds what an import does, and changes nothing', async () => {
    const planned = await importLines(sixLines, { dryRun: true })
    assert.partialDeepStrictEqual(planned, { lines: 2, created: 2, problems: [] })
    assert.equal(await users.byName('ann', store.db), undefined)
    assert.equal(await new Groups().byName('Staff', store.db), undefined)
  })

  test('creates users with aliases, phones and groups, and is safe to repeat', async () => {
    assert.partialDeepStrictEqual(await importLines(sixLines), { created: 2, problems: [] })
    const again = await importLines(sixLines)
    assert.partialDeepStrictEqual(again, { created: 0, updated: 0, unchanged: 2, problems: [] })
    const ben = await users.byName('b1', store.db)
    assert.equal(ben?.username, 'ben')
    const phones = await new Phones().ofUser(ben?.userId ?? '', store.db)
    assert.partialDeepStrictEqual(phones, [
      { number: '+12025550102', extension: '7', type: 'landline' },
    ])
    const groups = await new Groups().ofUser(ben?.userId ?? '', store.db)
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['Staff'],
    )
  })

  test('updates a user found by alias, and leaves empty cells alone', async () => {
    const result = await importLines(['username,realname,email,alias1', 'A1,Ann Lee,,a2'])
    assert.partialDeepStrictEqual(result, { updated: 1, problems: [] })
    assert.partialDeepStrictEqual(await users.byName('ann', store.db), {
      realname: 'Ann Lee',
      email: 'ann@example.com',
      aliases: ['a1', 'a2'],
    })
  })

  test('assigns tokens that no other user has', async () => {
    const { token } = await world.token()
    const line = `cat,${token.serial},h6`
    const lines = [
      'username,token1,type1',
      line,
      `dan,${token.serial},h6`,
      'eve,none,',
      `fay,${token.serial},t6`,
    ]
    const { created, problems } = await importLines(lines)
    assert.equal(created, 1)
    assert.deepEqual(
      problems.map(({ line: number, column }) => [number, column]),
      [
        [3, 'token1'],
        [4, 'token1'],
        [5, 'token1'],
      ],
    )
    const cat = await users.byName('cat', store.db)
    const tokens = await new HardwareTokens(store).ofUser(cat?.userId ?? '', store.db)
    assert.deepEqual(
      tokens.map(({ tokenId }) => tokenId),
      [token.tokenId],
    )
  })

  test('gives a token that two lines name to the first user', async () => {
    const { token } = await world.token()
    const lines = ['username,token1', `una,${token.serial}`, `vic,${token.serial}`]
    const { created, problems } = await importLines(lines)
    assert.equal(created, 1)
    assert.partialDeepStrictEqual(problems, [{ line: 3, column: 'token1' }])
    const una = await users.byName('una', store.db)
    const [held] = await new HardwareTokens(store).ofUser(una?.userId ?? '', store.db)
    assert.equal(held?.tokenId, token.tokenId)
  })

  test('keeps what an earlier line changed about the same user', async () => {
    await importLines(['username,alias1', 'wes,w1'])
    const lines = ['username,alias1,phone1', 'wes,w2,+1 202 555 0107', 'w1,w3,+1 202 555 0107']
    assert.partialDeepStrictEqual(await importLines(lines), { updated: 2, problems: [] })
    const wes = await users.byName('wes', store.db)
    assert.deepEqual(wes?.aliases, ['w1', 'w2', 'w3'])
    assert.equal((await new Phones().ofUser(wes?.userId ?? '', store.db)).length, 1)
  })

  test('tells the column of a name, alias, number or group that is refused', async () => {
    const trashed = await world.user({ username: 'gus' })
    await owner.run(trashUser, { user: trashed })
    const { created, problems } = await importLines(
      [
        'username,alias1,alias2,phone1,group1',
        'hal,h1,b1,,',
        'ivy,,,0202 555 0101,',
        'jim,,,,No such group',
        'gus,,,,',
        'bеn,,,,',
      ],
      { createGroups: false },
    )
    assert.equal(created, 0)
    assert.deepEqual(
      problems.map(({ line, column }) => [line, column]),
      [
        [2, 'alias2'],
        [3, 'phone1'],
        [4, 'group1'],
        [5, 'username'],
        [6, 'username'],
      ],
    )
    assert.equal(await users.byName('hal', store.db), undefined)
  })

  test('invites each user once', async () => {
    const sent: string[] = []
    const invite: InvitationMailer = async (_, to, { code }) => {
      sent.push(to)
      await store.transaction((db) =>
        db.updateTable('portal_codes').set({ sent: 1, email: to }).execute(),
      )
      assert.notEqual(code, '')
    }
    const lines = ['username,email', 'kim,kim@example.com', 'leo,', 'ann,']
    const first = await importLines(lines, { invite })
    assert.partialDeepStrictEqual(first, { invited: 1, problems: [{ line: 3, column: 'email' }] })
    const second = await importLines(lines, { invite })
    assert.equal(second.invited, 0)
    assert.deepEqual(sent, ['kim@example.com'])
  })

  test('needs the permits of every change', async () => {
    const role = customRole('Creator', ['users.create', 'users.edit'])
    const administration = new Administration(store, clock, { name: 'creator', role })
    const lines = ['username,status,group1', 'mia,bypass,', 'noa,,Staff', 'oto,,']
    const { created, problems } = await importLines(lines, { administration })
    assert.equal(created, 1)
    assert.equal(problems.length, 2)
    const helper = new Administration(store, clock, {
      name: 'helper',
      role: builtInRole('Help Desk'),
    })
    await assert.rejects(importLines(lines, { administration: helper }), {
      code: 'ADMINISTRATION_DENIED',
    })
  })

  test('imports all but the bad lines, one in a hundred, and returns those to correct', async () => {
    const hundreds = 10
    const lines = Array.from({ length: hundreds * 100 }, (_, index) =>
      index % 100 === 50
        ? `user${index},User ${index},broken address,,Everyone`
        : `user${index},User ${index},user${index}@example.com,alias${index},Everyone`,
    )
    const result = await importLines(['username,realname,email,alias1,group1', ...lines])
    assert.partialDeepStrictEqual(result, { lines: hundreds * 100, created: hundreds * 99 })
    assert.equal(result.problems.length, hundreds)
    assert.partialDeepStrictEqual(result.problems[0], { line: 52, column: 'email' })
    const corrected = result.badLines.replaceAll('broken address', 'ok@example.com').split('\r\n')
    const rest = await importLines(corrected.filter((line) => line !== ''))
    assert.partialDeepStrictEqual(rest, { lines: hundreds, created: hundreds, problems: [] })
  })
})
