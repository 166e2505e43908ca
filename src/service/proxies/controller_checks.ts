import type { ReportedClient, ReportedSection, ReportedSource } from '../../duo/index.ts'
import { includesAddress } from '../../radius/udp/client_addresses.ts'
import type { Finding } from '../../workspaces/guide/finding.ts'
import { proxyState, type ReceivedReport, type ReportingProxy } from './proxies.ts'

/** What one proxy has seen of one controller of a directory. Times are in milliseconds since 1970. */
export interface ControllerSight {
  readonly proxyId: string
  readonly host: string
  readonly controller: string
  /** The key that allows it, such as `radius_ip_1`; `undefined` if the proxy drops its requests. */
  readonly allowedBy: string | undefined
  readonly requests: number
  readonly lastAt: number | undefined
  readonly secret: ReportedSource['secret']
  readonly reply: ReportedSource['reply']
  /** When AWS's probe came. */
  readonly probeAt: number | undefined
  readonly usesPreviousSecret: boolean
}

export interface ControllerChecks {
  /** Configured addresses, then those that the proxies saw and allow. */
  readonly controllers: readonly string[]
  readonly sights: readonly ControllerSight[]
  readonly findings: readonly Finding[]
}

/**
 * Compares what the proxies of an application report with the addresses of the directory's controllers.
 *
 * @param configured `radius_ip_N` of the application: addresses, or networks that contain them.
 */
export function checkControllers(
  configured: readonly string[],
  proxies: readonly { readonly proxy: ReportingProxy; readonly report: ReceivedReport }[],
  now: number,
): ControllerChecks {
  const connected = proxies.filter(({ proxy }) => proxyState(proxy, now) === 'connected')
  const seen = connected.flatMap(sightsOf)
  const allowed = seen.filter(({ allowedBy }) => allowedBy !== undefined)
  const controllers = [
    ...new Set([...configured.filter(isAddress), ...allowed.map(({ controller }) => controller)]),
  ]
  const expected = connected.flatMap((each) =>
    controllers.map((controller) => findSight(seen, each, controller)),
  )
  // an unknown address is the matter of the proxy that it asked, and of no other
  const strangers = seen.filter(({ controller }) => !controllers.includes(controller))
  const sights = [...expected, ...strangers]
  return { controllers, sights, findings: findProblems(configured, sights, connected) }
}

type Connected = { readonly proxy: ReportingProxy; readonly report: ReceivedReport }

function sightsOf({ proxy, report }: Connected): ControllerSight[] {
  return report.report.sections.flatMap((section) => [
    ...section.clients.flatMap((client) =>
      sourcesOf(client).map((source) => toSight(source, client.name, proxy, report.received)),
    ),
    ...strangersOf(section).map((stranger) => ({
      ...nothing(proxy, stranger.address),
      requests: stranger.count,
      lastAt: report.received - stranger.last_s * 1000,
    })),
  ])
}

function toSight(
  {
    address,
    requests,
    last_s: lastSecs,
    secret,
    reply,
    probe_s: probeSecs,
    ...rest
  }: ReportedSource,
  allowedBy: string,
  proxy: ReportingProxy,
  received: number,
): ControllerSight {
  return {
    ...nothing(proxy, address),
    allowedBy,
    requests,
    lastAt: received - lastSecs * 1000,
    secret,
    reply,
    probeAt: probeSecs === undefined ? undefined : received - probeSecs * 1000,
    usesPreviousSecret: rest.previous_secret === true,
  }
}

function nothing({ proxyId, host }: ReportingProxy, controller: string): ControllerSight {
  return {
    proxyId,
    host,
    controller,
    allowedBy: undefined,
    requests: 0,
    lastAt: undefined,
    secret: 'unknown',
    reply: undefined,
    probeAt: undefined,
    usesPreviousSecret: false,
  }
}

/** A proxy of an earlier version reports the last address only. */
function sourcesOf(client: ReportedClient): readonly ReportedSource[] {
  const { sources, last_address: address, last_s: lastSecs, requests } = client
  if (sources !== undefined) return sources
  if (address === undefined || lastSecs === undefined) return []
  return [{ address, last_s: lastSecs, requests, secret: 'unknown' }]
}

function strangersOf({ strangers = [] }: ReportedSection) {
  return strangers
}

/** The sight of a controller, or that nothing came from it, with the key that allows it. */
function findSight(
  seen: readonly ControllerSight[],
  { proxy, report }: Connected,
  controller: string,
): ControllerSight {
  const own = seen.filter(
    (sight) => sight.proxyId === proxy.proxyId && sight.controller === controller,
  )
  // one that was dropped before radius_ip_N was added is in both lists
  const latest = own.toSorted((one, other) => (other.lastAt ?? 0) - (one.lastAt ?? 0))[0]
  if (latest !== undefined) return latest
  const clients = report.report.sections.flatMap((section) => section.clients)
  const allowedBy = clients.find(({ addresses }) => includesAddress(addresses, controller))?.name
  return { ...nothing(proxy, controller), allowedBy }
}

function findProblems(
  configured: readonly string[],
  sights: readonly ControllerSight[],
  connected: readonly Connected[],
): Finding[] {
  if (connected.length === 0) {
    return [
      {
        severity: 'error',
        check: 'proxies',
        what: 'No authentication proxy of this application reports.',
        why: 'A proxy reports every 30 seconds while it runs.',
        todo: 'Copy authproxy.cfg to the machine of the proxy, and start it.',
      },
    ]
  }
  return [...proxyFindings(connected), ...configuredFindings(configured), ...sights.flatMap(judge)]
}

function proxyFindings(connected: readonly Connected[]): Finding[] {
  if (connected.length > 1) return []
  return [
    {
      severity: 'warning',
      check: 'proxies',
      what: 'Only one authentication proxy runs.',
      why: 'While it is down, no one can sign in.',
      todo: 'Start a second one with the same authproxy.cfg in the other availability zone.',
    },
  ]
}

function configuredFindings(configured: readonly string[]): Finding[] {
  const single = configured.filter(isAddress)
  if (single.length !== 1 || configured.length !== 1) return []
  return [
    {
      severity: 'error',
      check: 'controller-addresses',
      what: `Only one controller is configured: ${single[0]}.`,
      why: 'A directory has two or more, and each asks for itself.',
      todo: 'Add the other address under Edit, and download authproxy.cfg again.',
    },
  ]
}

function judge(sight: ControllerSight): Finding[] {
  const { controller, host, allowedBy, lastAt, secret } = sight
  if (allowedBy === undefined) {
    return [
      lastAt === undefined
        ? {
            severity: 'error',
            check: 'controller-addresses',
            what: `${host} does not allow ${controller}.`,
            why: 'Requests from an address without radius_ip_N are dropped.',
            todo: 'Download authproxy.cfg again, copy it to this proxy, and reload.',
          }
        : {
            severity: 'error',
            check: 'controller-addresses',
            what: `${host} drops requests from ${controller}: no radius_ip_N covers it.`,
            why: 'If it is a controller of the directory, AWS gets no reply from this proxy.',
            todo: 'Add the address to the application and to authproxy.cfg, if it is one of the directory.',
          },
    ]
  }
  if (secret !== 'wrong') return []
  return [
    {
      severity: 'error',
      check: 'secret',
      what: `${controller} has another shared secret than ${allowedBy} on ${host}.`,
      why: 'The directory ignores replies that are signed with another secret.',
      todo: 'Copy the shared secret of this application into the MFA settings of the directory.',
    },
  ]
}

/** A single address; networks and ranges are none. */
function isAddress(text: string): boolean {
  return !/[/\s-]/.test(text)
}
