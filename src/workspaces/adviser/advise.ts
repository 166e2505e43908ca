import type { Secret } from '../../host/secret.ts'
import type { AwsDirectory } from '../aws/directory_service.ts'
import type { NetworkInterface, SecurityGroup } from '../aws/network_api.ts'
import { bySeverity, type Finding } from '../guide/finding.ts'
import { judgeManagementNetwork } from '../guide/management_network.ts'
import { type ApprovalTimes, judgeBudget } from '../guide/time_budget.ts'
import { checkAddresses } from './directory_checks.ts'
import { checkGroups, manualGroupChecks } from './group_checks.ts'
import type { ProxyFile } from './proxy_file.ts'
import { type ApplicationRetries, checkRetries } from './retry_checks.ts'
import { checkSecrets } from './secret_checks.ts'
import {
  type CheckedSettings,
  checkDirectory,
  checkSettings,
  retriesOf,
} from './settings_checks.ts'

/** What is known about the network of a directory and its proxies. */
export interface NetworkFacts {
  readonly vpcNetwork: string | undefined
  /** From EC2, or why EC2 was not asked. */
  readonly security:
    | {
        readonly interfaces: readonly NetworkInterface[]
        readonly groups: readonly SecurityGroup[]
      }
    | { readonly unchecked: string }
}

/** Everything that is known. What is absent is reported as not checked. */
export interface AdviceSources {
  readonly directory: AwsDirectory
  /** Planned, or in force. */
  readonly settings: CheckedSettings | undefined
  readonly files: readonly ProxyFile[]
  readonly secret: Secret | undefined
  readonly approvals: ApprovalTimes | undefined
  /** What the application of the service expects. */
  readonly retries: ApplicationRetries | undefined
  readonly network: NetworkFacts
  /** Results of the requests that this machine sent to the proxies. */
  readonly probes: readonly Finding[]
}

/** All findings about a directory and its proxies, the most severe first. */
export function advise(sources: AdviceSources): readonly Finding[] {
  const { directory, settings, files, secret, approvals, retries, probes } = sources
  const findings = [
    ...checkDirectory(directory),
    ...(files.length === 0 ? [noFiles] : checkAddresses(directory, files)),
    ...checkSecrets(files, secret, directory.controllers),
    ...probes,
  ]
  if (settings === undefined) {
    findings.push({
      severity: 'error',
      check: 'radius-status',
      what: `RADIUS is not enabled for ${directory.directoryId}.`,
      todo: 'Run "workspaces enable".',
    })
    return findings.toSorted(bySeverity)
  }
  findings.push(
    ...checkSettings(settings),
    ...checkPorts(settings, files),
    ...judgeBudget(retriesOf(settings), approvals),
    ...(retries === undefined ? [] : [checkRetries(retriesOf(settings), retries)]),
    ...checkNetwork(sources, settings),
  )
  return findings.toSorted(bySeverity)
}

const noFiles: Finding = {
  severity: 'note',
  check: 'controller-addresses',
  what: 'No authproxy.cfg was given, so addresses and secrets were not compared.',
  todo: 'Add --cfg FILE, once for each proxy whose file is on this machine.',
}

function checkPorts({ RadiusPort: port }: CheckedSettings, files: readonly ProxyFile[]): Finding[] {
  return files
    .filter(({ ports }) => !ports.includes(port))
    .map(({ file, ports }) => ({
      severity: 'error',
      check: 'port',
      what: `${file} listens on ${ports.join(', ')}, and the directory asks port ${port}.`,
      why: 'Nothing answers there.',
      todo: `Set port=${port} in the section, or the port of the directory to ${ports[0]}.`,
    }))
}

function checkNetwork(
  { directory, network }: AdviceSources,
  { RadiusServers: servers, RadiusPort: port }: CheckedSettings,
): readonly Finding[] {
  const { directoryId, controllers, securityGroupId } = directory
  const { vpcNetwork, security } = network
  const place = vpcNetwork === undefined ? [] : judgeManagementNetwork(vpcNetwork, servers)
  if ('unchecked' in security) {
    const lines = manualGroupChecks({ directoryId, controllers, servers, port })
    return [
      ...place,
      {
        severity: 'note',
        check: 'security-group',
        what: `The security groups were not checked: ${security.unchecked}.`,
        why: 'If a rule is missing on either side, the status becomes Failed.',
        todo: `Check these:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      },
    ]
  }
  const { interfaces, groups } = security
  const facts = { controllers, servers, port, directoryGroupId: securityGroupId }
  return [...place, ...checkGroups(facts, interfaces, groups)]
}
