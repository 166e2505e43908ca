import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import type { RadiusServer } from '../../../src/radius/udp/server.ts'
import { addAwsApi } from '../../../src/workspaces/api/aws_api.ts'
import type { WorkspacesDirectory } from '../../../src/workspaces/directory/directory.ts'
import { secret, startServer } from '../../rig/radius_peer.ts'
import { settingsFor, testDirectory } from '../../rig/workspaces_directory.ts'

const id = 'd-0123456789'
const otherId = 'd-00000000aa'
const simpleId = 'd-00000000bb'

/** As the AWS CLI sends it. */
const signature =
  'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261129/us-east-1/ds/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=6d8c'

interface AwsAnswer {
  readonly status: number
  readonly type: string
  readonly body: Readonly<Record<string, unknown>>
}

describe('the API of Directory Service', () => {
  let server: RadiusServer
  let api: FastifyInstance
  let directory: WorkspacesDirectory
  const directories: WorkspacesDirectory[] = []

  before(async () => {
    server = await startServer()
    directory = testDirectory()
    const identity = { ...directory.identity, directoryId: otherId }
    const simple = { ...directory.identity, directoryId: simpleId, type: 'SimpleAD' } as const
    directories.push(directory, testDirectory({}, { identity }))
    directories.push(testDirectory({}, { identity: simple }))
    api = Fastify()
    addAwsApi(api, directories)
  })
  after(async () => {
    await api.close()
    await Promise.all(directories.map((each) => each.close()))
    await server.close()
  })

  const send = async (
    operation: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = { authorization: signature },
  ): Promise<AwsAnswer> => {
    const response = await api.inject({
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `DirectoryService_20150416.${operation}`,
        ...headers,
      },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const type = String(response.headers['content-type'])
    return { status: response.statusCode, type, body: response.json() }
  }
  const fails = async (operation: string, body: unknown): Promise<unknown> => {
    const answer = await send(operation, body)
    assert.equal(answer.status, 400)
    assert.notEqual(answer.body.RequestId, '')
    assert.equal(typeof answer.body.Message, 'string')
    return answer.body.__type
  }
  const settings = (changes: object = {}) => settingsFor(server.address.port, { ...changes })
  const described = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { body } = await send('DescribeDirectories', { DirectoryIds: [id] })
    const [found] = Array.isArray(body.DirectoryDescriptions) ? body.DirectoryDescriptions : []
    return found
  }

  test('describes a directory without RADIUS, its controllers as the sources', async () => {
    const answer = await send('DescribeDirectories', {})
    assert.equal(answer.status, 200)
    assert.equal(answer.type, 'application/x-amz-json-1.1')
    const found = await described()
    assert.equal(found.DirectoryId, id)
    assert.equal(found.Type, 'ADConnector')
    assert.equal('RadiusSettings' in found, false)
    assert.equal('RadiusStatus' in found, false)
    assert.deepEqual(Reflect.get(Object(found.ConnectSettings), 'ConnectIps'), [
      '127.0.0.11',
      '127.0.0.12',
    ])
  })

  test('enables, refuses a second time, updates, never shows the secret, and disables', async () => {
    const enabled = await send('EnableRadius', { DirectoryId: id, RadiusSettings: settings() })
    assert.deepEqual([enabled.status, enabled.body], [200, {}])
    assert.equal((await described()).RadiusStatus, 'Creating')
    assert.equal(
      await fails('EnableRadius', { DirectoryId: id, RadiusSettings: settings() }),
      'EntityAlreadyExistsException',
    )
    await directory.probed()
    const found = await described()
    assert.equal(found.RadiusStatus, 'Completed')
    assert.doesNotMatch(JSON.stringify(found), new RegExp(secret))
    assert.deepEqual(found.RadiusSettings, {
      RadiusServers: ['127.0.0.1'],
      RadiusPort: server.address.port,
      RadiusTimeout: 20,
      RadiusRetries: 1,
      AuthenticationProtocol: 'PAP',
    })
    assert.equal(
      await fails('EnableRadius', { DirectoryId: id, RadiusSettings: settings() }),
      'EntityAlreadyExistsException',
    )
    const changed = settings({ SharedSecret: 'quite another secret', RadiusTimeout: 1 })
    const updated = await send('UpdateRadius', { DirectoryId: id, RadiusSettings: changed })
    assert.deepEqual([updated.status, updated.body], [200, {}])
    await directory.probed()
    assert.equal((await described()).RadiusStatus, 'Failed')
    const again = await send('EnableRadius', { DirectoryId: id, RadiusSettings: settings() })
    assert.equal(again.status, 200)
    await directory.probed()
    assert.deepEqual((await send('DisableRadius', { DirectoryId: id })).body, {})
    const disabled = await described()
    assert.equal('RadiusStatus' in disabled, false)
    assert.equal('RadiusSettings' in disabled, false)
  })

  test('has the errors of AWS', async () => {
    const unknown = { DirectoryId: 'd-ffffffffff', RadiusSettings: settings() }
    const cases: readonly (readonly [string, unknown, string])[] = [
      ['DescribeDirectories', { DirectoryIds: [] }, 'InvalidParameterException'],
      ['DescribeDirectories', { DirectoryIds: ['d-ffffffffff'] }, 'EntityDoesNotExistException'],
      ['DescribeDirectories', { NextToken: 'x' }, 'InvalidNextTokenException'],
      ['DescribeDirectories', { Limit: -1 }, 'InvalidParameterException'],
      ['EnableRadius', unknown, 'EntityDoesNotExistException'],
      ['EnableRadius', { DirectoryId: 'x' }, 'InvalidParameterException'],
      ['EnableRadius', { DirectoryId: id }, 'InvalidParameterException'],
      [
        'EnableRadius',
        { DirectoryId: id, RadiusSettings: settings({ RadiusPort: 1024 }) },
        'InvalidParameterException',
      ],
      ['EnableRadius', { DirectoryId: simpleId, RadiusSettings: settings() }, 'ClientException'],
      [
        'UpdateRadius',
        { DirectoryId: id, RadiusSettings: settings() },
        'EntityDoesNotExistException',
      ],
      ['DisableRadius', { DirectoryId: id }, 'EntityDoesNotExistException'],
      ['ConnectDirectory', {}, 'UnknownOperationException'],
      ['toString', {}, 'UnknownOperationException'],
      ['DescribeDirectories', '{', 'SerializationException'],
      ['DescribeDirectories', '[]', 'SerializationException'],
    ]
    for (const [operation, body, expected] of cases) {
      assert.equal(await fails(operation, body), expected, `${operation} ${JSON.stringify(body)}`)
    }
  })

  test('pages through the directories', async () => {
    const ids: unknown[] = []
    let token: unknown
    do {
      const NextToken = token === undefined ? {} : { NextToken: token }
      const { body } = await send('DescribeDirectories', { Limit: 1, ...NextToken })
      assert(Array.isArray(body.DirectoryDescriptions))
      ids.push(...body.DirectoryDescriptions.map(({ DirectoryId }) => DirectoryId))
      token = body.NextToken
    } while (token !== undefined)
    assert.deepEqual(ids, [id, otherId, simpleId])
  })

  test('refuses requests without a signature, or with one of another kind', async () => {
    const without = await send('DescribeDirectories', {}, {})
    assert.equal(without.body.__type, 'MissingAuthenticationTokenException')
    const basic = await send('DescribeDirectories', {}, { authorization: 'Basic eDp5' })
    assert.equal(basic.body.__type, 'IncompleteSignatureException')
  })
})
