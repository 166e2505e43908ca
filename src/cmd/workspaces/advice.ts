import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import type { Secret } from '../../host/secret.ts'
import { type AdviceSources, advise, type NetworkFacts } from '../../workspaces/adviser/advise.ts'
import { readNetworkFacts } from '../../workspaces/adviser/network_facts.ts'
import {
  findControllerClients,
  type ProxyFile,
  ProxyFileError,
  readProxyFile,
} from '../../workspaces/adviser/proxy_file.ts'
import { probeProxy } from '../../workspaces/adviser/proxy_probe.ts'
import type { CheckedSettings } from '../../workspaces/adviser/settings_checks.ts'
import { AwsFailure } from '../../workspaces/aws/aws_failure.ts'
import { isLocal } from '../../workspaces/aws/connection.ts'
import type { AwsDirectory, DirectoryService } from '../../workspaces/aws/directory_service.ts'
import { NetworkApi } from '../../workspaces/aws/network_api.ts'
import type { Finding, Severity } from '../../workspaces/guide/finding.ts'
import { type AwsOptions, readList } from './aws_options.ts'
import { VerbError } from './run_program.ts'
import { readApplication, type ServedApplication } from './served_application.ts'

/** Where the checks find what they compare. */
export interface AdviceOptions extends AwsOptions {
  readonly cfg?: readonly string[]
  readonly probe?: boolean
  readonly app?: string
  readonly data?: string
  readonly vpcNetwork?: string
  readonly ec2Endpoint?: string
}

/** The options of the checks. */
export function adviceOptions(command: Command): Command {
  return command
    .option('--cfg <file>', 'authproxy.cfg of a proxy; repeat it for each', readList)
    .option('--probe', 'also send each proxy a request from this machine, as AWS does', false)
    .option(
      '--app <app>',
      'application of the service: how it expects retries, and how long its users take',
    )
    .option('--data <folder>', 'data folder of the service, if it is on this machine')
    .option('--vpc-network <cidr>', 'network of the VPC; then EC2 is not asked')
    .option('--ec2-endpoint <url>', 'address of the API of EC2')
}

/** Gathers what is known, and finds what is wrong. */
export async function findAdvice(
  service: DirectoryService,
  directory: AwsDirectory,
  settings: CheckedSettings | undefined,
  secret: Secret | undefined,
  application: ServedApplication | undefined,
  options: AdviceOptions,
): Promise<readonly Finding[]> {
  const files = (options.cfg ?? []).map(readFile)
  const servers = settings?.RadiusServers ?? []
  const own = secret ?? findControllerClients(files, directory.controllers)[0]?.client.secret
  const probes =
    options.probe === true && settings !== undefined && own !== undefined
      ? await Promise.all(
          servers.map((host) => probeProxy({ host, port: settings.RadiusPort }, own)),
        )
      : []
  const sources: AdviceSources = {
    directory,
    settings,
    files,
    secret,
    probes,
    approvals: application?.approvals,
    retries: application?.retries,
    network: await readNetwork(service, directory, servers, options),
  }
  return advise(sources)
}

function readFile(file: string): ProxyFile {
  try {
    return readProxyFile(file)
  } catch (error) {
    if (error instanceof ProxyFileError) throw new VerbError(error.message)
    throw error
  }
}

/** The application that the options name, if its data is on this machine. */
export async function findApplication({
  app,
  data,
}: AdviceOptions): Promise<ServedApplication | undefined> {
  return app === undefined
    ? undefined
    : await readApplication(app, data === undefined ? {} : { data })
}

async function readNetwork(
  service: DirectoryService,
  directory: AwsDirectory,
  servers: readonly string[],
  options: AdviceOptions,
): Promise<NetworkFacts> {
  const { ec2Endpoint, vpcNetwork } = options
  const skipped = (unchecked: string) => ({ vpcNetwork, security: { unchecked } })
  if (vpcNetwork !== undefined) return skipped('--vpc-network replaces the calls of EC2')
  if (isLocal(options) && ec2Endpoint === undefined) return skipped('the directory is simulated')
  try {
    const identity = await service.identity()
    const api = new NetworkApi(identity, () => systemClock.now(), ec2Endpoint)
    return await readNetworkFacts(api, directory, servers)
  } catch (error) {
    if (error instanceof AwsFailure) return skipped(error.message)
    throw error
  }
}

const marks: Readonly<Record<Severity, string>> = {
  error: 'ERROR',
  warning: 'WARNING',
  note: 'NOTE',
  ok: 'OK',
}

/** Prints findings for people. */
export function formatFindings(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, what, why, todo }) => {
      const rest = [why, todo].filter((text) => text !== undefined)
      const lines = rest.flatMap((text) => text.split('\n')).map((line) => `         ${line}\n`)
      return `${marks[severity].padEnd(8)} ${what}\n${lines.join('')}`
    })
    .join('')
}
