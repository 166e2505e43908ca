import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as sdk from '@aws-sdk/client-directory-service'
import type { RadiusServer } from '../../src/radius/udp/server.ts'
import type { Workspaces } from '../../src/workspaces/workspaces.ts'
import { secret, startServer } from '../rig/radius_peer.ts'
import { directoryId, startWorkspaces } from '../rig/workspaces_api.ts'

const folder = resolve(import.meta.dirname, '../../deploy/aws')

interface Answer {
  readonly Status: string
  readonly Reason?: string
  readonly PhysicalResourceId: string
  readonly RequestId: string
}

describe('the custom resource of CloudFormation', () => {
  let workspaces: Workspaces
  let server: RadiusServer
  let inbox: Server
  let client: sdk.DirectoryServiceClient
  const answers: Answer[] = []
  let responseUrl: string
  let handle: (event: object, host: object) => Promise<void>
  before(async () => {
    workspaces = await startWorkspaces({ probeTimeout: 300 })
    server = await startServer()
    const credentials = { accessKeyId: 'simulator', secretAccessKey: 'simulator' }
    client = new sdk.DirectoryServiceClient({
      endpoint: workspaces.url,
      region: 'us-east-1',
      credentials,
    })
    inbox = createServer(async (request, response) => {
      answers.push(JSON.parse(await text(request)))
      response.end()
    }).listen(0, '127.0.0.1')
    await once(inbox, 'listening')
    const address = inbox.address()
    assert(address !== null && typeof address !== 'string')
    responseUrl = `http://127.0.0.1:${address.port}/`
    ;({ handle } = await import(pathToFileURL(resolve(folder, 'lambda/index.mjs')).href))
  })
  after(async () => {
    client.destroy()
    inbox.closeAllConnections()
    inbox.close()
    await server.close()
    await workspaces.close()
  })

  let requests = 0
  async function ask(
    RequestType: 'Create' | 'Update' | 'Delete',
    change: object = {},
    { sharedSecret = secret, remainingMs = 900_000 } = {},
  ): Promise<Answer> {
    const properties = {
      ServiceToken: 'arn',
      DirectoryId: directoryId,
      SecretArn: 'arn:secret',
      RadiusServers: ['127.0.0.1'],
      RadiusPort: String(server.address.port),
      RadiusTimeout: '20',
      RadiusRetries: '1',
    }
    const event = {
      RequestType,
      RequestId: `request-${++requests}`,
      StackId: 'stack',
      LogicalResourceId: 'Radius',
      ResponseURL: responseUrl,
      ResourceProperties: properties,
      ...(RequestType === 'Update' ? { OldResourceProperties: properties } : {}),
      ...change,
    }
    await handle(event, {
      directoryService: client,
      commands: sdk,
      readSecret: async () => sharedSecret,
      remainingMs: () => remainingMs,
      pollMs: 20,
    })
    const answer = answers.at(-1)
    assert.equal(answer?.RequestId, event.RequestId)
    return answer
  }
  const id = `radius-${directoryId}`

  test('answers FAILED with the reason if the proxies have another secret, and rolls back', async () => {
    const failed = await ask('Create', {}, { sharedSecret: 'another secret' })
    assert.deepEqual([failed.Status, failed.PhysicalResourceId], ['FAILED', id])
    assert.match(failed.Reason ?? '', /status of d-0123456789 is Failed/)
    assert.equal((await ask('Delete', { PhysicalResourceId: id })).Status, 'SUCCESS')
    assert.equal(workspaces.directory.radius, undefined)
  })

  test('creates, with numbers that CloudFormation sends as text', async () => {
    const created = await ask('Create')
    assert.deepEqual([created.Status, created.PhysicalResourceId], ['SUCCESS', id])
    assert.equal(workspaces.directory.radius?.settings.RadiusTimeout, 20)
  })

  test('a second stack fails, and its roll-back leaves RADIUS enabled', async () => {
    const second = await ask('Create')
    assert.equal(second.Status, 'FAILED')
    assert.match(second.Reason ?? '', /EntityAlreadyExists/)
    await ask('Delete', { PhysicalResourceId: second.PhysicalResourceId })
    assert.equal(workspaces.directory.radius?.status, 'Completed')
  })

  test('updates under the same identifier', async () => {
    const ResourceProperties = {
      DirectoryId: directoryId,
      SecretArn: 'arn:secret',
      RadiusServers: ['127.0.0.1'],
      RadiusPort: String(server.address.port),
      RadiusTimeout: '15',
    }
    const updated = await ask('Update', { PhysicalResourceId: id, ResourceProperties })
    assert.deepEqual([updated.Status, updated.PhysicalResourceId], ['SUCCESS', id])
    assert.equal(workspaces.directory.radius?.settings.RadiusTimeout, 15)
  })

  test('answers in time if the status stays Creating', async () => {
    workspaces.directory.setKnobs({
      faults: { ...workspaces.directory.knobs.faults, delayMs: 250 },
    })
    const late = await ask('Update', { PhysicalResourceId: id }, { remainingMs: 0 })
    assert.equal(late.Status, 'FAILED')
    assert.match(late.Reason ?? '', /still Creating/)
  })

  test('deletes, and a second time as well', async () => {
    for (const _time of [1, 2]) {
      const deleted = await ask('Delete', { PhysicalResourceId: id })
      assert.deepEqual([deleted.Status, deleted.PhysicalResourceId], ['SUCCESS', id])
    }
    assert.equal(workspaces.directory.radius, undefined)
  })
})

describe('the template and the example', () => {
  const template = readFileSync(resolve(folder, 'cloudformation.yaml'), 'utf8')
  const terraform = readFileSync(resolve(folder, 'terraform/main.tf'), 'utf8')
  const names = (section: string) => {
    const body = new RegExp(`^${section}:\\n((?:(?: .*)?\\n)*)`, 'm').exec(template)?.[1] ?? ''
    return [...body.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)
  }

  test('every reference of the template names a parameter or a resource', () => {
    const known = [...names('Parameters'), ...names('Resources')]
    const references = [
      ...template.matchAll(/!(?:Ref|GetAtt) (\w+)/g),
      ...template.matchAll(/\$\{(\w+)\}/g),
    ].map(([, name]) => name)
    assert(references.length > 15)
    assert.deepEqual(
      references.filter((name) => !known.includes(name)),
      [],
    )
  })

  test('the template has no tabs, and lets the function read only its own secret', () => {
    assert.equal(template.includes('\t'), false)
    assert.match(template, /secretsmanager:GetSecretValue\n +Resource: !Ref SharedSecret/)
  })

  test('the braces of the Terraform example match, and its references exist', () => {
    const code = terraform.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/#.*/g, '')
    assert.equal(code.match(/{/g)?.length, code.match(/}/g)?.length)
    const declared = [...terraform.matchAll(/^(?:variable) "(\w+)"/gm)].map(([, name]) => name)
    const used = [...terraform.matchAll(/var\.(\w+)/g)].map(([, name]) => name)
    assert.deepEqual(
      used.filter((name) => !declared.includes(name)),
      [],
    )
    const resources = [...terraform.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(
      ([, type, name]) => `${type}.${name}`,
    )
    const referred = [...terraform.matchAll(/(?<!data\.)\b((?:aws|random)_\w+\.\w+)/g)].map(
      ([, name]) => name ?? '',
    )
    const own = referred.filter((name) => !name.startsWith('aws_directory_service_directory'))
    assert.deepEqual(
      own.filter((name) => !resources.includes(name)),
      [],
    )
  })
})
