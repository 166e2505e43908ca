import { isIP } from 'node:net'
import type { AwsDirectory } from '../aws/directory_service.ts'
import type { Finding } from '../guide/finding.ts'
import type { BudgetSettings } from '../guide/time_budget.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'

/** Settings that are planned or in force. */
export type CheckedSettings = Pick<
  RadiusSettings,
  'RadiusServers' | 'RadiusPort' | 'RadiusTimeout' | 'RadiusRetries'
> & { readonly AuthenticationProtocol: string }

/** The settings that are in force; `undefined` without RADIUS. */
export function settingsInForce({ radius }: AwsDirectory): CheckedSettings | undefined {
  if (radius === undefined) return undefined
  return {
    RadiusServers: radius.servers,
    RadiusPort: radius.port ?? 1812,
    RadiusTimeout: radius.timeoutSecs ?? 20,
    RadiusRetries: radius.retries ?? 0,
    AuthenticationProtocol: radius.protocol ?? '',
  }
}

/** What decides how long a user has, and when the directory retries. */
export function retriesOf(settings: CheckedSettings): BudgetSettings {
  const { RadiusTimeout, RadiusRetries, RadiusServers } = settings
  return { timeoutSecs: RadiusTimeout, retries: RadiusRetries, servers: RadiusServers.length }
}

/** Checks the state of a directory. */
export function checkDirectory({ type, stage, status, directoryId }: AwsDirectory): Finding[] {
  const findings: Finding[] = []
  if (type === 'SimpleAD') {
    findings.push({
      severity: 'error',
      check: 'directory-type',
      what: `${directoryId} is a Simple AD directory, which does not support RADIUS.`,
      why: 'Only AD Connector and AWS Managed Microsoft AD ask a RADIUS server.',
      todo: 'Use an AD Connector in front of your domain.',
    })
  }
  if (stage !== 'Active' && stage !== '') {
    findings.push({
      severity: 'error',
      check: 'directory-stage',
      what: `The stage of ${directoryId} is ${stage}.`,
      why: 'Only an Active directory signs users in.',
      todo: 'Repair the directory first; an Impaired AD Connector often has an expired service account.',
    })
  }
  if (status === 'Failed') {
    findings.push({
      severity: 'error',
      check: 'radius-status',
      what: 'The RADIUS status is Failed: AWS got no valid reply to its probe.',
      todo: 'Fix the errors in this list, then run "workspaces enable" again.',
    })
  }
  if (status === 'Creating') {
    findings.push({
      severity: 'note',
      check: 'radius-status',
      what: 'The RADIUS status is Creating: no one can sign in until it is Completed.',
    })
  }
  return findings
}

/** Checks the settings on their own, without the proxies. */
export function checkSettings(settings: CheckedSettings): Finding[] {
  return [...checkServers(settings), ...checkProtocol(settings), nameForm]
}

const nameForm: Finding = {
  severity: 'note',
  check: 'name-form',
  what: 'AWS sends usernames as users type them: alice, and for some applications alice@example.com.',
  why: 'Countersign finds alice for all of these only if the application compares names without their domain.',
  todo: 'Keep "DOMAIN\\name and name@domain are the same as name" on for the application.',
}

function checkServers({ RadiusServers: servers }: CheckedSettings): Finding[] {
  const names = servers.filter((server) => isIP(server) === 0)
  const findings: Finding[] = names.map((name) => ({
    severity: 'note',
    check: 'load-balancer',
    what: `${name} is a name; if it is that of a network load balancer, the load balancer must preserve client addresses.`,
    why: 'Otherwise the proxy sees the address of the load balancer instead of the controllers. Requests of one sign-in stay on one proxy for 120 s.',
    todo: 'Turn on "Preserve client IP addresses" for the target group, and use /healthz of the proxy for its health check.',
  }))
  const [only] = servers
  if (servers.length === 1 && only !== undefined && names.length === 0) {
    findings.push({
      severity: 'warning',
      check: 'servers',
      what: `${only} is the only RADIUS server.`,
      why: 'While it is down, no one can sign in to any AWS application of the directory.',
      todo: 'Add a second proxy in the other availability zone.',
    })
  }
  return findings
}

function checkProtocol({ AuthenticationProtocol: protocol }: CheckedSettings): Finding[] {
  if (protocol === 'PAP') return []
  return [
    {
      severity: 'warning',
      check: 'protocol',
      what: `The protocol is ${protocol || 'not set'}.`,
      why: 'It hides what the user typed. Bypass codes cannot be checked with it, and only the Countersign service can check the rest; with Duo’s cloud, every sign-in fails.',
      todo: 'Use PAP, in private subnets.',
    },
  ]
}
