import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { Integrations } from '../../src/service/applications/integrations.ts'
import { Store } from '../../src/service/store/store.ts'
import { AdminClient, type AdminService, addAdministrator } from '../rig/admin_client.ts'
import { countersignVerb } from '../rig/countersign_verb.ts'
import { Running } from '../rig/running.ts'
import { ServiceClient } from '../rig/service_client.ts'
import { Terminal } from '../rig/terminal.ts'
import { until } from '../rig/until.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const link = /\/admin\/activate#(\w{22})\n/
const outsideSystemd = { INVOCATION_ID: undefined, JOURNAL_STREAM: undefined }

describe('the link for the first owner', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'first-owner-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function serve(env: NodeJS.ProcessEnv = outsideSystemd): Running {
    return new Running(program, ['service', '--data', folder, '--port', '0'], env)
  }

  function run(...args: readonly string[]) {
    return countersignVerb([...args, '--data', folder])
  }

  test('is printed by each start, which ends the one before; it creates one owner', async () => {
    const first = serve()
    const [, old = ''] = await first.prints(link)
    await first.stop()
    const second = serve()
    const [, port = ''] = await second.prints(/listening on \S+:(\d+)/)
    const [, code = ''] = await second.prints(link)
    await atPanel(folder, port, async (panel) => {
      const client = new AdminClient(panel)
      assert.equal((await client.post('activation/link', { code: old })).status, 410)
      const password = 'plinth gravel otter quince'
      const owner = { email: 'ada@example.com', name: 'Ada Lovelace', password }
      const used = await client.post('activation', { ...owner, code })
      assert.equal(used.body.state, 'enrol_factor')
      assert.equal((await client.post('activation/link', { code })).status, 410)
    })
    await second.stop()
    const third = serve()
    await third.prints(/data folder/)
    await third.stop()
    assert.doesNotMatch(third.stdout, /activate#/)
    const { stderr, status } = run('admin', 'link')
    assert.equal(status, 1)
    assert.match(stderr, /admin reset EMAIL/)
  })

  test('is in no log: neither that of administrators, nor a file, nor the journal', async () => {
    const unit = serve({ ...outsideSystemd, INVOCATION_ID: 'unit' })
    await unit.prints(/countersign admin link/)
    const { stdout } = run('admin', 'link')
    const [, code = ''] = link.exec(stdout) ?? []
    assert.equal(code.length, 22)
    assert.ok(!run('log', 'administrator').stdout.includes(code))
    await unit.stop()
    assert.doesNotMatch(unit.stdout, /activate#/)
    const file = join(folder, 'service.log')
    const command = `exec ${program} service --data ${folder} --port 0 > ${file}`
    const redirected = new Running('sh', ['-c', command], outsideSystemd)
    await until(() => existsSync(file) && /admin link/.test(readFileSync(file, 'utf8')))
    await redirected.stop()
    assert.doesNotMatch(readFileSync(file, 'utf8'), /activate#/)
  })
})

describe('countersign admin reset', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'admin-reset-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('asks what was lost, ends the sessions, and prints a link that replaces it', async () => {
    const service = new Running(program, ['service', '--data', folder, '--port', '0'])
    const [, port = ''] = await service.prints(/listening on \S+:(\d+)/)
    await atPanel(folder, port, async (panel) => {
      const ada = await addAdministrator(panel.store)
      const client = new AdminClient(panel)
      await client.signIn(ada)
      const { email } = ada.administrator
      const options = { encoding: 'utf8' } as const
      const refused = countersignVerb(['admin', 'reset', email, '--data', folder])
      assert.match(refused.stderr, /--password, --factors/)
      assert.equal((await client.get('session')).body.state, 'signed_in')
      const terminal = new Terminal('sh', [
        '-c',
        // a prompt on a terminal without a width prints one letter per line
        'stty columns 100 rows 30; exec "$0" "$@"',
        program,
        ...['admin', 'reset', email, '--data', folder],
      ])
      await terminal.shows('The second factor')
      terminal.child.stdin?.write('\r')
      const [, code = ''] = await terminal.prints(/activate#(\w{22})/)
      await terminal.ended()
      assert.equal((await client.get('session')).body.state, 'none')
      const opened = await client.post('activation/link', { code })
      assert.equal(opened.body.kind, 'factors')
      const wrong = await client.post('activation', { code, password: 'wrong' })
      assert.equal(wrong.status, 401)
      const used = await client.post('activation', { code, password: ada.password })
      assert.equal(used.body.state, 'enrol_factor')
      const log = execFileSync(program, ['log', 'administrator', '--data', folder], options)
      assert.match(log, /admin_reset/)
      assert.ok(!log.includes(code))
    })
    await service.stop()
  })
})

/** Sends requests to the panel of a service that runs in another process. */
async function atPanel(
  folder: string,
  port: string,
  use: (panel: AdminService) => Promise<void>,
): Promise<void> {
  const store = await Store.open({ folder, migrate: false })
  const integration = await store.transaction((db) =>
    new Integrations(store).create({ name: 'VPN', type: 'authapi' }, Date.now(), db),
  )
  const ca = readFileSync(join(folder, 'ca.pem'), 'utf8')
  const client = new ServiceClient({ port: Number(port), ca, integration })
  try {
    await use({ port: Number(port), store, send: (raw) => client.send(raw) })
  } finally {
    client.close()
    await store.close()
  }
}
