import type {
  DirectoryDescription,
  DirectoryServiceClient,
} from '@aws-sdk/client-directory-service'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'
import { type AwsCall, AwsFailure, toAwsFailure } from './aws_failure.ts'
import { type AwsConnection, isLocal, localCredentials, localRegion } from './connection.ts'

export type AwsRadiusStatus = 'Creating' | 'Completed' | 'Failed'

/** The RADIUS settings of a directory, as AWS returns them: without the secret. */
export interface AwsRadius {
  readonly servers: readonly string[]
  readonly port: number | undefined
  readonly timeoutSecs: number | undefined
  readonly retries: number | undefined
  readonly protocol: string | undefined
  readonly label: string | undefined
}

/** A directory of AWS Directory Service. */
export interface AwsDirectory {
  readonly directoryId: string
  /** The DNS name of its domain. */
  readonly name: string
  readonly type: string
  readonly stage: string
  /** The sources of its RADIUS requests. For an AD Connector, these are not its DNS addresses. */
  readonly controllers: readonly string[]
  /** For an AD Connector, the DNS servers of the customer. */
  readonly dnsAddresses: readonly string[]
  readonly vpcId: string | undefined
  readonly securityGroupId: string | undefined
  /** Absent if RADIUS was never enabled, or was disabled. */
  readonly status: AwsRadiusStatus | undefined
  readonly radius: AwsRadius | undefined
}

/** The region and credentials of a client, for requests that are signed without the SDK. */
export interface AwsIdentity {
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string | undefined
  }
}

const maxAttempts = 4

/** The calls of AWS Directory Service that concern RADIUS. The SDK is loaded with the first one. */
export class DirectoryService {
  readonly #connection: AwsConnection
  #client: Promise<DirectoryServiceClient> | undefined

  constructor(connection: AwsConnection) {
    this.#connection = connection
  }

  /** @throws {AwsFailure} */
  async describe(directoryId: string): Promise<AwsDirectory> {
    const found = await this.#call('DescribeDirectories', directoryId, async (client) => {
      const { DescribeDirectoriesCommand } = await loadSdk()
      return await client.send(new DescribeDirectoriesCommand({ DirectoryIds: [directoryId] }))
    })
    const [directory] = found.DirectoryDescriptions ?? []
    if (directory === undefined) {
      throw new AwsFailure(
        'not-found',
        `AWS returned no description of ${directoryId}; check the identifier and --region`,
      )
    }
    return toDirectory(directoryId, directory)
  }

  /** The identifiers of the directories, at most one page. @throws {AwsFailure} */
  async directoryIds(): Promise<readonly string[]> {
    const found = await this.#call('DescribeDirectories', 'the directories', async (client) => {
      const { DescribeDirectoriesCommand } = await loadSdk()
      return await client.send(new DescribeDirectoriesCommand({}))
    })
    return (found.DirectoryDescriptions ?? []).flatMap(({ DirectoryId: id }) => id ?? [])
  }

  /** @throws {AwsFailure} `already-enabled` unless the status is absent or Failed. */
  async enable(directoryId: string, settings: RadiusSettings): Promise<void> {
    await this.#call('EnableRadius', directoryId, async (client) => {
      const { EnableRadiusCommand } = await loadSdk()
      const RadiusSettings = toSdk(settings)
      await client.send(new EnableRadiusCommand({ DirectoryId: directoryId, RadiusSettings }))
    })
  }

  /** Replaces all settings: AWS keeps none of the former ones. @throws {AwsFailure} */
  async update(directoryId: string, settings: RadiusSettings): Promise<void> {
    await this.#call('UpdateRadius', directoryId, async (client) => {
      const { UpdateRadiusCommand } = await loadSdk()
      const RadiusSettings = toSdk(settings)
      await client.send(new UpdateRadiusCommand({ DirectoryId: directoryId, RadiusSettings }))
    })
  }

  /** @throws {AwsFailure} */
  async disable(directoryId: string): Promise<void> {
    await this.#call('DisableRadius', directoryId, async (client) => {
      const { DisableRadiusCommand } = await loadSdk()
      await client.send(new DisableRadiusCommand({ DirectoryId: directoryId }))
    })
  }

  /** The region and credentials that the SDK found. @throws {AwsFailure} */
  async identity(): Promise<AwsIdentity> {
    return await this.#call('DescribeDirectories', 'the account', async (client) => ({
      region: await client.config.region(),
      credentials: await client.config.credentials(),
    }))
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    client?.destroy()
  }

  async #call<Answer>(
    operation: string,
    subject: string,
    work: (client: DirectoryServiceClient) => Promise<Answer>,
  ): Promise<Answer> {
    const { region, endpoint } = this.#connection
    const call: AwsCall = {
      action: `ds:${operation}`,
      subject,
      region: endpoint ?? region ?? process.env.AWS_REGION ?? 'the configured region',
    }
    try {
      this.#client ??= connect(this.#connection)
      return await work(await this.#client)
    } catch (error) {
      throw toAwsFailure(error, call)
    }
  }
}

/** 15 MB of modules, which other verbs do not need. */
function loadSdk() {
  return import('@aws-sdk/client-directory-service')
}

async function connect(connection: AwsConnection): Promise<DirectoryServiceClient> {
  const { DirectoryServiceClient } = await loadSdk()
  const { endpoint, region, profile } = connection
  const local = isLocal(connection)
  const hasOwnKey = process.env.AWS_ACCESS_KEY_ID !== undefined || profile !== undefined
  return new DirectoryServiceClient({
    maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? (local ? { region: localRegion } : {}) : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(local && !hasOwnKey ? { credentials: localCredentials } : {}),
  })
}

function toSdk({
  SharedSecret: secret,
  RadiusServers,
  RadiusServersIpv6,
  ...rest
}: RadiusSettings) {
  return {
    ...rest,
    ...(RadiusServers.length === 0 ? {} : { RadiusServers: [...RadiusServers] }),
    ...(RadiusServersIpv6.length === 0 ? {} : { RadiusServersIpv6: [...RadiusServersIpv6] }),
    SharedSecret: secret.reveal(),
  }
}

function toDirectory(directoryId: string, found: DirectoryDescription): AwsDirectory {
  const { ConnectSettings: connect, VpcSettings: vpc, RadiusSettings: radius } = found
  const isConnector = found.Type === 'ADConnector'
  const dnsAddresses = [...(found.DnsIpAddrs ?? []), ...(found.DnsIpv6Addrs ?? [])]
  const connectIps = [...(connect?.ConnectIps ?? []), ...(connect?.ConnectIpsV6 ?? [])]
  return {
    directoryId,
    name: found.Name ?? '',
    type: found.Type ?? '',
    stage: found.Stage ?? '',
    controllers: isConnector ? connectIps : dnsAddresses,
    dnsAddresses,
    vpcId: connect?.VpcId ?? vpc?.VpcId,
    securityGroupId: connect?.SecurityGroupId ?? vpc?.SecurityGroupId,
    status: found.RadiusStatus,
    radius:
      radius === undefined
        ? undefined
        : {
            servers: [...(radius.RadiusServers ?? []), ...(radius.RadiusServersIpv6 ?? [])],
            port: radius.RadiusPort,
            timeoutSecs: radius.RadiusTimeout,
            retries: radius.RadiusRetries,
            protocol: radius.AuthenticationProtocol,
            label: radius.DisplayLabel,
          },
  }
}
