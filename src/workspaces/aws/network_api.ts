import { XMLParser } from 'fast-xml-parser'
import { toAwsFailure } from './aws_failure.ts'
import type { AwsIdentity } from './directory_service.ts'
import { signRequest } from './sign_request.ts'

/** A rule of a security group. */
export interface GroupRule {
  /** `udp`, `tcp`, or `-1` for all. */
  readonly protocol: string
  /** Absent: all ports. */
  readonly fromPort: number | undefined
  readonly toPort: number | undefined
  readonly networks: readonly string[]
  /** Other security groups. */
  readonly groups: readonly string[]
}

export interface SecurityGroup {
  readonly groupId: string
  readonly name: string
  readonly inbound: readonly GroupRule[]
  readonly outbound: readonly GroupRule[]
}

export interface NetworkInterface {
  readonly interfaceId: string
  readonly addresses: readonly string[]
  readonly groupIds: readonly string[]
}

const apiVersion = '2016-11-15'
const limitMs = 15_000
/** EC2 returns lists as repeated elements; one alone must be a list, too. */
const parser = new XMLParser({
  isArray: (name) => name === 'item',
  parseTagValue: false,
})

/**
 * The calls of EC2 that show the network of a directory. They are signed here, because the SDK's client
 * of EC2 would weigh more than all of Countersign, for three calls that only read.
 */
export class NetworkApi {
  readonly #identity: AwsIdentity
  readonly #endpoint: string
  readonly #now: () => number

  constructor(identity: AwsIdentity, now: () => number, endpoint?: string) {
    this.#identity = identity
    this.#now = now
    this.#endpoint = endpoint ?? `https://ec2.${identity.region}.amazonaws.com`
  }

  /** The first IPv4 network of a VPC. @throws {AwsFailure} */
  async vpcNetwork(vpcId: string): Promise<string | undefined> {
    const answer = await this.#call('DescribeVpcs', { 'VpcId.1': vpcId })
    const [vpc] = items(answer, 'vpcSet')
    return textOf(vpc?.cidrBlock)
  }

  /** The network interfaces with one of some addresses. @throws {AwsFailure} */
  async interfacesWith(addresses: readonly string[]): Promise<readonly NetworkInterface[]> {
    const values = addresses.map((address, index) => [`Filter.1.Value.${index + 1}`, address])
    const answer = await this.#call('DescribeNetworkInterfaces', {
      'Filter.1.Name': 'addresses.private-ip-address',
      ...Object.fromEntries(values),
    })
    return items(answer, 'networkInterfaceSet').map((found) => ({
      interfaceId: textOf(found.networkInterfaceId) ?? '',
      addresses: items(found, 'privateIpAddressesSet').flatMap((each) => {
        const address = textOf(each.privateIpAddress)
        return address === undefined ? [] : [address]
      }),
      groupIds: items(found, 'groupSet').flatMap((each) => textOf(each.groupId) ?? []),
    }))
  }

  /** @throws {AwsFailure} */
  async securityGroups(ids: readonly string[]): Promise<readonly SecurityGroup[]> {
    if (ids.length === 0) return []
    const answer = await this.#call(
      'DescribeSecurityGroups',
      Object.fromEntries(ids.map((id, index) => [`GroupId.${index + 1}`, id])),
    )
    return items(answer, 'securityGroupInfo').map((found) => ({
      groupId: textOf(found.groupId) ?? '',
      name: textOf(found.groupName) ?? '',
      inbound: items(found, 'ipPermissions').map(toRule),
      outbound: items(found, 'ipPermissionsEgress').map(toRule),
    }))
  }

  async #call(action: string, parameters: Readonly<Record<string, string>>): Promise<Element> {
    const call = { action: `ec2:${action}`, subject: 'the network', region: this.#identity.region }
    const body = new URLSearchParams({
      Action: action,
      Version: apiVersion,
      ...parameters,
    }).toString()
    const { host } = new URL(this.#endpoint)
    try {
      const response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: signRequest({ service: 'ec2', host, body }, this.#identity, this.#now()),
        body,
        signal: AbortSignal.timeout(limitMs),
      })
      const answer = toElement(parser.parse(await response.text()))
      if (response.ok) return toElement(Object.values(answer).find((each) => isElement(each)))
      throw namedError(answer, response.status)
    } catch (error) {
      throw toAwsFailure(error, call)
    }
  }
}

type Element = Readonly<Record<string, unknown>>

function namedError(answer: Element, status: number): Error {
  const first = toElement(toElement(toElement(answer.Response).Errors).Error)
  const error = new Error(textOf(first.Message) ?? `HTTP status ${status}`)
  error.name = textOf(first.Code) ?? 'ServiceException'
  return error
}

function toRule(found: Element): GroupRule {
  const networks = items(found, 'ipRanges').flatMap((each) => textOf(each.cidrIp) ?? [])
  const networks6 = items(found, 'ipv6Ranges').flatMap((each) => textOf(each.cidrIpv6) ?? [])
  return {
    protocol: textOf(found.ipProtocol) ?? '',
    fromPort: numberOf(found.fromPort),
    toPort: numberOf(found.toPort),
    networks: [...networks, ...networks6],
    groups: items(found, 'groups').flatMap((each) => textOf(each.groupId) ?? []),
  }
}

function items(parent: Element, name: string): readonly Element[] {
  const list = toElement(parent[name]).item
  return Array.isArray(list) ? list.map(toElement) : []
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toElement(value: unknown): Element {
  return isElement(value) ? value : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function numberOf(value: unknown): number | undefined {
  const text = textOf(value)
  return text === undefined ? undefined : Number(text)
}
