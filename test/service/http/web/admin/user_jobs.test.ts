import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { MailMessage } from '../../../../../src/service/messaging/messaging.ts'
import { AdminClient } from '../../../../rig/admin_client.ts'
import { TestService } from '../../../../rig/service.ts'
import { until } from '../../../../rig/until.ts'

describe('long work on users in the panel', () => {
  const mails: MailMessage[] = []
  let service: TestService
  let owner: AdminClient
  before(async () => {
    const mail = { send: async (message: MailMessage) => void mails.push(message) }
    service = await TestService.start({ delivery: { mail } })
    owner = await AdminClient.signedIn(service)
  })
  after(() => service.close())

  const importBody = (text: string, more: object = {}) => ({
    file_name: 'users.csv',
    content: Buffer.from(text).toString('base64'),
    dry_run: false,
    ...more,
  })
  const finish = async (path: string, body: object) => {
    const started = await owner.post(path, body)
    assert.equal(started.status, 200, started.text)
    let job = started.body
    await until(async () => {
      job = (await owner.get(`jobs/${started.body.job_id}`)).body
      return job.state !== 'running'
    })
    return job
  }
  const idsOf = async (query: string) =>
    JSON.parse((await owner.get(`users?${query}`)).text).items.map(
      ({ user_id }: { user_id: string }) => user_id,
    )

  const file = 'username,email,group1\nann,ann@example.com,Staff\nben,broken,Staff\n'

  test('a dry run of an import changes nothing', async () => {
    const body = importBody(file, { dry_run: true, create_groups: true })
    const job = await finish('users/import', body)
    assert.partialDeepStrictEqual(job, {
      kind: 'user_import',
      state: 'done',
      has_file: true,
      result: {
        dry_run: true,
        created: 1,
        problem_count: 1,
        problems: [{ line: 3, column: 'email' }],
      },
    })
    assert.deepEqual(await idsOf(''), [])
  })

  test('imports and invites, and returns the bad lines as CSV', async () => {
    const job = await finish(
      'users/import',
      importBody(file, { create_groups: true, invite: true }),
    )
    assert.partialDeepStrictEqual(job, { state: 'done', result: { created: 1, invited: 1 } })
    assert.equal(mails.at(-1)?.to, 'ann@example.com')
    const bad = await owner.get(`jobs/${job.job_id}/file`)
    assert.match(String(bad.headers['content-type']), /^text\/csv/)
    assert.match(String(bad.headers['content-disposition']), /^attachment/)
    assert.match(bad.text, /username,email,group1,line,column,problem\r\nben,broken,Staff,3,email,/)
    const other = await AdminClient.signedIn(service)
    assert.equal((await other.get(`jobs/${job.job_id}`)).status, 404)
    assert.equal((await other.get(`jobs/${job.job_id}/file`)).status, 404)
  })

  test('answers at once for a file that can’t be read, and to a role without the permit', async () => {
    const unreadable = await owner.post('users/import', importBody('name\nann\n'))
    assert.partialDeepStrictEqual(unreadable.body.error, { code: 'invalid', field: 'content' })
    const helper = await AdminClient.signedIn(service, { role: 'Help Desk' })
    const denied = await helper.post('users/import', importBody(file))
    assert.partialDeepStrictEqual(denied.body.error, { code: 'denied', permit: 'users.create' })
    const trash = { act: 'trash', selection: { ids: ['DU'] } }
    assert.equal((await helper.post('users/bulk', trash)).status, 403)
  })

  test('exports the filtered list, which can be imported again', async () => {
    const phone = { number: '+12025550143', platform: 'iOS 19' }
    const { user_id: userId } = (await owner.post('users', { username: 'eve', notes: '=cmd()' }))
      .body
    assert.equal((await owner.post(`users/${userId}/phones`, phone)).status, 200)
    const csv = await owner.get('users/export?q=eve')
    assert.match(String(csv.headers['content-disposition']), /attachment; filename="users\.csv"/)
    const [, line = '', rest] = csv.text.split('\r\n')
    assert.match(line, /^eve,DU/)
    assert.match(line, /,'=cmd\(\),active,.*,'\+12025550143,iphone,/)
    assert.equal(rest, '')
    const again = await finish('users/import', importBody(csv.text))
    assert.partialDeepStrictEqual(again, { result: { unchanged: 1, problem_count: 0 } })
    const { text } = await owner.get('users/export?format=json')
    const users: readonly { readonly username: string }[] = JSON.parse(text)
    assert.deepEqual(
      users.map(({ username }) => username),
      ['ann', 'eve'],
    )
    const helper = await AdminClient.signedIn(service, { role: 'Help Desk' })
    const denied = await helper.get('users/export')
    assert.partialDeepStrictEqual(denied.body.error, { code: 'denied', permit: 'lists.export' })
  })

  test('changes the users of a list of identifiers, and reports those it can’t', async () => {
    const ids = await idsOf('q=ann')
    const selection = { ids: [...ids, 'DUNOBODY'] }
    const job = await finish('users/bulk', { act: 'status', status: 'disabled', selection })
    assert.partialDeepStrictEqual(job, {
      state: 'done',
      total: 2,
      done: 2,
      result: { changed: 1, failure_count: 1, failures: [{ user_id: 'DUNOBODY' }] },
    })
    assert.deepEqual(await idsOf('filter=disabled'), ids)
  })

  test('locks and unlocks users, and says before what a change affects', async () => {
    const selection = { ids: await idsOf('q=eve') }
    const before = await owner.post('users/selection', { selection })
    assert.deepEqual(before.body, {
      users: 1,
      enrolled: 1,
      devices: 1,
      recent: 0,
      unreachable: 0,
      trash_days: 7,
    })
    await finish('users/bulk', { act: 'lock', selection })
    assert.deepEqual(await idsOf('filter=locked'), selection.ids)
    const filters = { filter: 'locked' }
    const locked = await owner.post('users/selection', { selection: { filters } })
    assert.equal(locked.body.users, 1)
    await finish('users/bulk', { act: 'unlock', selection: { filters } })
    assert.deepEqual(await idsOf('filter=locked'), [])
  })

  test('changes the users of a filter', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `bulk${index}`).join('\n')
    await finish('users/import', importBody(`username\n${lines}\n`))
    const selection = { filters: { q: 'bulk' } }
    const { body: groups } = await owner.get('groups')
    const [group] = groups.items as readonly { readonly group_id: string }[]
    const added = await finish('users/bulk', {
      act: 'group_add',
      group_id: group?.group_id,
      selection,
    })
    assert.partialDeepStrictEqual(added, { result: { changed: 30, failure_count: 0 } })
    const trashed = await finish('users/bulk', { act: 'trash', selection })
    assert.partialDeepStrictEqual(trashed, { result: { changed: 30 } })
    assert.deepEqual(await idsOf('q=bulk'), [])
    const back = { act: 'restore', selection: { filters: { q: 'bulk', filter: 'trash' } } }
    assert.partialDeepStrictEqual(await finish('users/bulk', back), { result: { changed: 30 } })
    assert.equal((await idsOf('q=bulk')).length, 30)
    const unmailable = await finish('users/bulk', { act: 'invite', selection })
    assert.partialDeepStrictEqual(unmailable, { result: { changed: 0, failure_count: 30 } })
  })
})
