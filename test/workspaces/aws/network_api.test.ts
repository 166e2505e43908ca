import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { checkGroups } from '../../../src/workspaces/adviser/group_checks.ts'
import { readNetworkFacts } from '../../../src/workspaces/adviser/network_facts.ts'
import { NetworkApi } from '../../../src/workspaces/aws/network_api.ts'
import { awsSignature, readAuthorization } from '../../rig/aws_signature.ts'

const credentials = { accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: 'token' }
const interfaceXml = (address: string, group: string) =>
  `<item><networkInterfaceId>eni-${address}</networkInterfaceId><privateIpAddressesSet><item><privateIpAddress>${address}</privateIpAddress></item></privateIpAddressesSet><groupSet><item><groupId>${group}</groupId></item></groupSet></item>`
const ruleXml = (port: number, networks: readonly string[]) =>
  `<item><ipProtocol>udp</ipProtocol><fromPort>${port}</fromPort><toPort>${port}</toPort><groups/><ipRanges>${networks.map((network) => `<item><cidrIp>${network}</cidrIp></item>`).join('')}</ipRanges></item>`

/** As EC2 answers, in the forms that its documentation shows. */
const answers: Readonly<Record<string, string>> = {
  DescribeVpcs: `<DescribeVpcsResponse><requestId>1</requestId><vpcSet><item><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet></DescribeVpcsResponse>`,
  DescribeNetworkInterfaces: `<DescribeNetworkInterfacesResponse><networkInterfaceSet>${interfaceXml('10.0.1.10', 'sg-directory')}${interfaceXml('10.0.1.20', 'sg-proxy')}</networkInterfaceSet></DescribeNetworkInterfacesResponse>`,
  DescribeSecurityGroups: `<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-directory</groupId><groupName>d-1_controllers</groupName><ipPermissions/><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item></ipPermissionsEgress></item><item><groupId>sg-proxy</groupId><groupName>proxy</groupName><ipPermissions>${ruleXml(1812, ['10.0.1.10/32'])}</ipPermissions><ipPermissionsEgress/></item></securityGroupInfo></DescribeSecurityGroupsResponse>`,
}

describe('the network of a directory, as EC2 shows it', () => {
  let server: Server
  let denied = false
  let api: NetworkApi
  const signatures: boolean[] = []
  before(async () => {
    server = createServer(async (request, response) => {
      const body = await text(request)
      const authorization = readAuthorization(request.headers.authorization ?? '')
      if (authorization !== undefined) {
        const sent = { method: 'POST', path: '/', headers: request.headers, body }
        const expected = awsSignature(sent, authorization, credentials.secretAccessKey)
        signatures.push(expected === authorization.signature)
      }
      const action = new URLSearchParams(body).get('Action') ?? ''
      response.statusCode = denied ? 403 : 200
      response.end(
        denied
          ? '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>'
          : answers[action],
      )
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(address !== null && typeof address !== 'string')
    const identity = { region: 'eu-west-1', credentials }
    api = new NetworkApi(identity, () => 1_800_000_000_000, `http://127.0.0.1:${address.port}`)
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })

  const directory = {
    directoryId: 'd-0123456789',
    name: 'corp.example.com',
    type: 'ADConnector',
    stage: 'Active',
    controllers: ['10.0.1.10', '10.0.2.10'],
    dnsAddresses: [],
    vpcId: 'vpc-1',
    securityGroupId: 'sg-directory',
    status: undefined,
    radius: undefined,
  } as const

  test('is read with signed requests', async () => {
    const { vpcNetwork, security } = await readNetworkFacts(api, directory, ['10.0.1.20'])
    assert('interfaces' in security)
    const { interfaces } = security
    assert.equal(vpcNetwork, '10.0.0.0/16')
    assert.deepEqual(
      interfaces.map(({ addresses, groupIds }) => [addresses, groupIds]),
      [
        [['10.0.1.10'], ['sg-directory']],
        [['10.0.1.20'], ['sg-proxy']],
      ],
    )
    assert.deepEqual(signatures, [true, true, true])
  })

  test('lacks a rule for the second controller', async () => {
    const { security } = await readNetworkFacts(api, directory, ['10.0.1.20'])
    assert('interfaces' in security)
    const { interfaces, groups } = security
    const { controllers } = directory
    const place = { controllers, servers: ['10.0.1.20'], port: 1812, directoryGroupId: undefined }
    const findings = checkGroups(place, interfaces, groups)
    assert.deepEqual(
      findings.map(({ severity, todo }) => [severity, todo]),
      [['error', 'Add an inbound rule: UDP 1812 from 10.0.2.10/32.']],
    )
    const other = checkGroups({ ...place, port: 1813 }, interfaces, groups)
    assert.equal(other.filter(({ severity }) => severity === 'error').length, 2)
    const named = checkGroups({ ...place, servers: ['mfa.example.com'] }, interfaces, groups)
    assert.deepEqual(
      named.map(({ severity }) => severity),
      ['note'],
    )
  })

  test('names the permission that is missing', async () => {
    denied = true
    await assert.rejects(api.vpcNetwork('vpc-1'), /may not call ec2:DescribeVpcs/)
  })
})
