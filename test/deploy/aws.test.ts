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
    {
      sharedSecret = secret,
      remainingMs = 900_000,
      directoryService = client,
    }: {
      readonly sharedSecret?: string
      readonly remainingMs?: number
      readonly directoryService?: object
    } = {},
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
      directoryService,
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

  test('a refusal that repeats the secret does not reach the reason', async () => {
    const refusing = {
      send: async () => {
        throw new Error(`Value '${secret}' at 'sharedSecret' is invalid`)
      },
    }
    const refused = await ask('Create', {}, { directoryService: refusing })
    assert.equal(refused.Reason, "Error: Value '(the secret)' at 'sharedSecret' is invalid")
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
    const known = [...names('Parameters'), ...names('Resources'), 'AWS']
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

  test('every condition is defined, and used', () => {
    const conditions = [...template.matchAll(/^ {2}(\w+): !(?:Equals|Not) /gm)].map(
      ([, name]) => name,
    )
    const used = [
      ...template.matchAll(/^ {4}Condition: (\w+)$/gm),
      ...template.matchAll(/!If \[(\w+)/g),
      ...template.matchAll(/!If\n +- (\w+)$/gm),
    ].map(([, name]) => name)
    assert.deepEqual([...new Set(used)].sort(), conditions.sort())
  })

  test('without EnableRadius there are only the secret and the rules; all else refers to nothing absent', () => {
    const body = /^Resources:\n([\s\S]*?)^Outputs:/m.exec(template)?.[1] ?? ''
    const resources = body.split(/^ {2}(?=\w+:$)/m).filter((text) => text.trim() !== '')
    const conditional = new Map(
      resources.map((text) => [
        /^(\w+):/.exec(text)?.[1],
        /^ {4}Condition: (\w+)$/m.exec(text)?.[1],
      ]),
    )
    const always = [...conditional].flatMap(([name, condition]) =>
      condition === undefined ? [name] : [],
    )
    assert.deepEqual(always, ['FirstController', 'SecondController', 'ToProxies'])
    assert.equal(conditional.get('SharedSecret'), 'GeneratesSecret')
    for (const text of resources.filter((each) => !each.includes('Condition: EnablesRadius'))) {
      assert.doesNotMatch(text, /!(?:Ref|GetAtt) (?:Function|Radius\b)/)
    }
  })

  test('the template has no tabs, and the function may read only this secret, and write only its own log', () => {
    assert.equal(template.includes('\t'), false)
    assert.match(
      template,
      /secretsmanager:GetSecretValue\n +Resource: !If \[GeneratesSecret, !Ref SharedSecret, !Ref SecretArn\]/,
    )
    assert.match(template, /logs:PutLogEvents\]\n +Resource: !GetAtt FunctionLog\.Arn/)
    assert.doesNotMatch(template, /ManagedPolicyArns/)
    // DescribeDirectories knows no resources
    assert.equal(template.match(/Resource: "\*"/g)?.length, 1)
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
