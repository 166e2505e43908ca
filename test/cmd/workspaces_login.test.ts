import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { RadiusServer } from '../../src/radius/udp/server.ts'
import { secret, startServer } from '../rig/radius_peer.ts'
import { Running } from '../rig/running.ts'
import { untilFound } from '../rig/until.ts'
import { workspacesVerb } from '../rig/workspaces_api.ts'

const program = resolve(import.meta.dirname, '../../bin/workspaces')

describe('workspaces directory, login and calibrate', () => {
  let folder: string
  let server: RadiusServer
  let directory: Running
  let url: string
  let password: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'workspaces-'))
    server = await startServer({
      answer: async ({ username, password: typed }) => ({
        code: username === 'alice' && Buffer.from(typed ?? []).toString() === 'push' ? 2 : 3,
        attributes: [],
      }),
    })
    const knobs = join(folder, 'assumed.json')
    // two logins of one user within 2 s over both controllers would look like a probe
    writeFileSync(knobs, JSON.stringify({ controllerPick: 'sticky-user' }))
    const data = join(folder, 'data')
    const args = ['directory', '--data', data, '--port', '0', '--knobs', knobs]
    directory = new Running(program, args)
    url = (await directory.prints(/on (http:\S+)/))[1] ?? ''
    const users = readFileSync(join(folder, 'data/users.json'), 'utf8')
    password = /"password": "([^"]+)"/.exec(users)?.[1] ?? ''
  })
  after(async () => {
    await directory.stop()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  /** Runs a verb with lines on its standard input. */
  const run = (args: readonly string[], ...lines: readonly string[]) =>
    workspacesVerb(args, lines.map((line) => `${line}\n`).join(''))
  const call = async (operation: string, body: object): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=00',
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `DirectoryService_20150416.${operation}`,
      },
      body: JSON.stringify(body),
    })
    return await response.json()
  }

  test('the first user has a password in a file that only the owner can read', () => {
    assert.match(password, /^[a-z2-9]{4}(-[a-z2-9]{4}){2}$/)
    assert.equal(statSync(join(folder, 'data/users.json')).mode & 0o077, 0)
    assert.doesNotMatch(directory.stdout, new RegExp(password))
  })

  test('a login prints what a user sees, and exits with 0 or 1', async () => {
    const described = JSON.stringify(await call('DescribeDirectories', {}))
    const DirectoryId = /d-[0-9a-f]{10}/.exec(described)?.[0]
    await call('EnableRadius', {
      DirectoryId,
      RadiusSettings: {
        RadiusServers: ['127.0.0.1'],
        RadiusPort: server.address.port,
        RadiusTimeout: 20,
        RadiusRetries: 1,
        SharedSecret: secret,
        AuthenticationProtocol: 'PAP',
      },
    })
    await untilFound(async () =>
      JSON.stringify(await call('DescribeDirectories', {})).includes('Completed')
        ? true
        : undefined,
    )
    const accepted = await run(['login', 'alice', '--url', url, '--explain'], password, 'push')
    assert.equal(accepted.status, 0, accepted.stderr)
    assert.match(accepted.stdout, /controller-[12] -> proxy-127\.0\.0\.1:\d+: Access-Request/)
    assert.match(accepted.stdout, /Signed in\.\n$/)
    assert.doesNotMatch(accepted.stdout, new RegExp(password))

    const codeFile = join(folder, 'code')
    writeFileSync(codeFile, '123456\n')
    const denied = await run(['login', 'alice', '--url', url, '--code-file', codeFile], password)
    assert.equal(denied.status, 1)
    assert.equal(
      denied.stdout,
      'Authentication Failed: Please check your username and password to make sure you typed them correctly\n',
    )
  })

  test('a directory that does not run is named, with what to do', async () => {
    const missing = await run(['login', 'alice', '--url', 'http://127.0.0.1:9'], 'x', 'y')
    assert.equal(missing.status, 1)
    assert.match(
      missing.stderr,
      /no directory answers at http:\/\/127\.0\.0\.1:9 .*workspaces directory/,
    )
  })

  test('the capture of the directory can be calibrated', async () => {
    const response = await fetch(`${url}/sim/trace.pcap`)
    const capture = join(folder, 'capture.pcap')
    writeFileSync(capture, Buffer.from(await response.arrayBuffer()))
    const output = join(folder, 'knobs.json')
    const { status, stdout } = await run(['calibrate', capture, '--output', output])
    assert.equal(status, 0)
    assert.match(stdout, /Settled by the capture:\n(.*\n)* {2}probeUsers +\["fakeusername"\]/)
    assert.match(stdout, /Still unknown:\n(.*\n)* {2}order /)
    assert.deepEqual(JSON.parse(readFileSync(output, 'utf8')).probeUsers, ['fakeusername'])
    const bad = await run(['calibrate', output])
    assert.equal(bad.status, 1)
    assert.match(bad.stderr, /neither pcap nor pcapng/)
  })
})
