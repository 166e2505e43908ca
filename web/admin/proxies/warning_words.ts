import { dateAndTime } from '../parts/moment.tsx'
import type { Warning } from './proxy.ts'

interface WarningWords {
  readonly tone: 'danger' | 'warning'
  readonly title: string
  /** What to do. */
  readonly advice: string
}

type Describe = (warning: Warning) => WarningWords

const describers: Readonly<Record<string, Describe>> = {
  fail_open: ({ count }) => ({
    tone: 'danger',
    title: `${times(count, 'sign-in was', 'sign-ins were')} let in without a second factor in the last day`,
    advice:
      'The proxy could not reach the service, and failmode=safe accepts sign-ins then. Its log says who was let in and why. With failmode=secure such sign-ins are denied.',
  }),
  wrong_secret: ({ count }) => ({
    tone: 'danger',
    title: `${times(count, 'request has', 'requests have')} a wrong Message-Authenticator`,
    advice:
      'The shared secret of a RADIUS client differs from its radius_secret_N. The log of the proxy names the client. Enter the same secret on both sides.',
  }),
  unsigned_dropped: ({ count }) => ({
    tone: 'warning',
    title: `${times(count, 'request was', 'requests were')} dropped because Message-Authenticator is missing`,
    advice:
      'Turn it on in the RADIUS client. If the client can’t send it, set message_authenticator_N=off for it. If it always sent it before, an attacker may be removing it.',
  }),
  no_message_authenticator: ({ client, address, count }) => ({
    tone: 'warning',
    title: `${client} (${address}) sends requests without Message-Authenticator`,
    advice: `${times(count, 'request', 'requests')} since the start. An attacker in the network between it and the proxy can forge replies (CVE-2024-3596). Update the client, then set ${policyKey(client)}=required. If it can’t send it, keep both in one trusted network and set ${policyKey(client)}=off.`,
  }),
  one_client_seen: ({ client, address, count }) => ({
    tone: 'warning',
    title: `Only ${client} (${address}) has sent requests`,
    advice: `Several clients are configured, and all ${times(count, 'request', 'requests')} came from this one. If it fails, the others may not get through: check their addresses in authproxy.cfg, and the security group or firewall before the proxy.`,
  }),
  unknown_client: ({ count }) => ({
    tone: 'warning',
    title: `${times(count, 'datagram', 'datagrams')} came from addresses that are no RADIUS client`,
    advice:
      'The log of the proxy has the addresses. If one of them is an appliance of yours, add it as radius_ip_N. Otherwise close the port to it.',
  }),
  certificate_expires: ({ expires }) => ({
    tone: 'danger',
    title: `The certificate of the service ${ends(expires)}`,
    advice:
      'Then the proxy can’t reach the service. Renew it, and restart the service or wait until it reads the new file.',
  }),
  ca_expires: ({ expires }) => ({
    tone: 'danger',
    title: `The certificate authority of the service ${ends(expires)}`,
    advice:
      'Then the proxy does not trust the service any more. Put the new ca.pem into http_ca_certs or http_ca_certs_file.',
  }),
}

export function describeWarning(warning: Warning): WarningWords {
  const describe = describers[warning.kind]
  return (
    describe?.(warning) ?? {
      tone: 'warning',
      title: warning.kind.replaceAll('_', ' '),
      advice: 'The log of the proxy says more.',
    }
  )
}

/** The most urgent tone of some warnings. */
export function worstTone(warnings: readonly Warning[]): 'danger' | 'warning' {
  return warnings.some((warning) => describeWarning(warning).tone === 'danger')
    ? 'danger'
    : 'warning'
}

function times(count: number | null, one: string, many: string): string {
  return `${(count ?? 0).toLocaleString()} ${count === 1 ? one : many}`
}

/** `message_authenticator_2` for `radius_ip_2`. */
function policyKey(client: string | null): string {
  return (client ?? 'radius_ip_N').replace('radius_ip', 'message_authenticator')
}

function ends(at: number | null): string {
  if (at === null) return 'expires soon'
  return `${at < Date.now() ? 'expired' : 'expires'} on ${dateAndTime(at)}`
}
