import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Integration } from '../../src/service/applications/integrations.ts'
import { AdminApiClient } from '../rig/admin_api.ts'
import { Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { TlsProvider } from '../rig/tls_provider.ts'

const program = resolve(import.meta.dirname, '../../bin/duo_export')

describe('duo_export', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duo-export-'))
  let service: TestService
  let api: AdminApiClient
  before(async () => {
    service = await TestService.start()
    writeFileSync(join(folder, 'ca.pem'), service.ca)
    api = await AdminApiClient.create(service)
  })
  after(async () => {
    await service.close()
    rmSync(folder, { recursive: true })
  })

  const run = async (
    out: string,
    {
      port = service.service.port,
      caFile = join(folder, 'ca.pem'),
      integration = api.integration,
    }: { port?: number; caFile?: string; integration?: Integration } = {},
  ) => {
    const file = join(folder, out)
    const running = new Running(
      program,
      ['--host', `127.0.0.1:${port}`, '--ikey', integration.ikey, '--out', file],
      { NODE_EXTRA_CA_CERTS: caFile, DUO_SKEY: integration.skey.reveal() },
    )
    const status = await running.ended()
    return { file, status, stdout: running.stdout, stderr: running.stderr }
  }

  test('writes users with aliases, groups, phones and tokens, page by page', async () => {
    const create = async (path: string, parameters: Readonly<Record<string, unknown>>) =>
      await api.ok('POST', path, parameters)
    const { user_id: alice } = await create('/admin/v1/users', {
      username: 'alice',
      realname: '=cmd|"calc"',
      firstname: 'Alice',
      lastname: 'Adams, MD',
      email: 'alice@example.com',
      notes: 'two\nlines',
      status: 'disabled',
      aliases: 'alias1=aadams&alias2=alice.adams',
    })
    const { group_id } = await create('/admin/v1/groups', { name: 'Sales' })
    await create(`/admin/v1/users/${alice}/groups`, { group_id })
    for (const phone of [
      { number: '+12025550143', extension: '12', type: 'landline' },
      { number: '+12025550144', type: 'mobile', platform: 'apple ios' },
      { name: 'tablet', type: 'mobile', platform: 'google android' },
    ]) {
      const { phone_id } = await create('/admin/v1/phones', phone)
      await create(`/admin/v1/users/${alice}/phones`, { phone_id })
    }
    const { token_id } = await create('/admin/v1/tokens', {
      type: 'h6',
      serial: '000123',
      secret: '3132333435363738393031323334353637383930',
    })
    await create(`/admin/v1/users/${alice}/tokens`, { token_id })
    for (let number = 0; number < 301; number++) await service.addUser({ username: `u${number}` })

    const { file, status, stdout, stderr } = await run('users.csv')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /: 302 users\n.*1 phones and tablets without a number/)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    const text = readFileSync(file, 'utf8')
    const expected = [
      'username,realname,firstname,lastname,email,status,notes,alias1,alias2,phone1,platform1,phone2,platform2,group1,token1,type1\r\n',
      `alice,"'=cmd|""calc""",Alice,"Adams, MD",alice@example.com,disabled,"two\nlines",aadams,alice.adams,`,
      "'+12025550143 x12,landline,'+12025550144,iphone,Sales,000123,h6\r\n",
    ]
    assert.equal(text.slice(0, expected.join('').length), expected.join(''))
    assert.equal(text.match(/^u\d+,/gm)?.length, 301)
  })

  test('does not overwrite a file', async () => {
    writeFileSync(join(folder, 'mine.csv'), 'mine')
    const { file, status, stderr } = await run('mine.csv')
    assert.equal(status, 1)
    assert.match(stderr, /EEXIST/)
    assert.equal(readFileSync(file, 'utf8'), 'mine')
  })

  test('says which permission is missing', async () => {
    const reader = await AdminApiClient.create(service, ['adminapi_read_log'])
    const { status, stderr } = await run('denied.csv', { integration: reader.integration })
    assert.equal(status, 1)
    assert.match(stderr, /^duo_export: .* 40301 .*permission to read resources/m)
  })

  test('waits when it is rate limited, and reads users with empty members', async () => {
    const user = { username: 'bob', realname: null, aliases: {}, lockout_reason: 'Failed Attempts' }
    const users = [
      {
        ...user,
        status: 'locked out',
        email: null,
        phones: [],
        groups: [],
        tokens: [{ serial: '1', type: 'd1' }],
      },
      { ...user, username: 'gone', status: 'pending deletion' },
    ]
    const duo = await TlsProvider.start(() =>
      duo.received.length === 1
        ? { status: 429, body: '{"stat":"FAIL","code":42901}', headers: { 'retry-after': '1' } }
        : { status: 200, body: JSON.stringify({ stat: 'OK', response: users, metadata: {} }) },
    )
    try {
      const port = Number(new URL(duo.url).port)
      const { file, status, stderr, stdout } = await run('bob.csv', { port, caFile: duo.caFile })
      assert.equal(status, 0, stderr)
      assert.match(stderr, /too many requests; trying again in 1 s/)
      assert.match(
        stdout,
        /: 1 users\n.*1 users who are pending deletion\.\n.*1 hardware tokens that/,
      )
      const lines = readFileSync(file, 'utf8').split('\r\n')
      assert.deepEqual(lines, [
        'username,realname,firstname,lastname,email,status,notes',
        'bob,,,,,active,',
        '',
      ])
    } finally {
      await duo.close()
    }
  })
})
