import { join } from 'node:path'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { Secret } from '../host/secret.ts'
import { recommendedSettings } from '../workspaces/guide/time_budget.ts'
import { StaticUsers } from '../workspaces/primary/static_users.ts'
import { DataFolder } from '../workspaces/state/data_folder.ts'
import { Workspaces } from '../workspaces/workspaces.ts'
import { type FirstRun, FirstRunError } from './first_run_file.ts'

const domain = 'corp.example.com'
const controllers = [
  { address: '127.0.0.11', addressIpv6: '::1' },
  { address: '127.0.0.12', addressIpv6: '::1' },
]

/** Addresses of the directory, as scripts find them. */
export function directoryAddresses(port: number): NonNullable<FirstRun['directory']> {
  const url = `http://localhost:${port}`
  return { url, sign_in_url: `${url}/`, api_url: `${url}/` }
}

/**
 * Starts the simulated directory, in which the sample users have their passwords. RADIUS is enabled by
 * {@link enableSampleRadius}, when the proxy listens.
 */
export async function startSampleDirectory(
  folder: string,
  { service, users }: FirstRun,
  { port, clock }: { readonly port: number; readonly clock: Clock },
): Promise<Workspaces> {
  try {
    const state = DataFolder.open(
      join(folder, 'directory'),
      { name: domain, type: 'ADConnector' },
      clock.now(),
    )
    const known = users.flatMap(({ username, password }) =>
      password === undefined
        ? []
        : [{ username, state: 'active' as const, password: { clear: new Secret(password) } }],
    )
    return await Workspaces.start({
      identity: state.identity,
      controllers,
      primary: new StaticUsers(known, state.identity.name),
      store: state,
      port,
      links: linksOf(service),
    })
  } catch (error) {
    throw new FirstRunError(
      `the directory can't start on TCP port ${port}: ${errorText(error)}; choose a different port with --directory-port`,
    )
  }
}

/**
 * Enables RADIUS against the sample proxy as an administrator would, with a real probe, unless it is enabled with the
 * same values already.
 *
 * @returns Why sign-ins will not work; `undefined` if the probe was answered.
 */
export async function enableSampleRadius(
  { directory }: Workspaces,
  { radius }: FirstRun,
): Promise<string | undefined> {
  await directory.probed()
  const before = directory.radius
  const settings = before?.settings
  const recommended = recommendedSettings(1)
  const isSame =
    settings?.RadiusPort === radius.port && settings.SharedSecret.reveal() === radius.secret
  if (before?.status !== 'Completed' || !isSame) {
    const wanted = {
      RadiusServers: [radius.host],
      RadiusPort: radius.port,
      RadiusTimeout: recommended.timeoutSecs,
      RadiusRetries: recommended.retries,
      SharedSecret: radius.secret,
      AuthenticationProtocol: 'PAP',
      DisplayLabel: 'Countersign',
      // what an administrator has changed stays
      ...(before === undefined ? {} : changesOf(before.settings, radius)),
    }
    if (before === undefined) directory.enableRadius(wanted)
    else directory.updateRadius(wanted)
    await directory.probed()
  }
  if (directory.radius?.status === 'Completed') return undefined
  const answers = directory.radius?.lastProbe.map(
    ({ controller, result }) => `${controller}: ${result}`,
  )
  return `the directory's RADIUS probe failed (${(answers ?? []).join('; ')}); open its page to see the packets`
}

type Settings = NonNullable<Workspaces['directory']['radius']>['settings']

function changesOf(settings: Settings, radius: FirstRun['radius']): Record<string, unknown> {
  return { ...settings, RadiusPort: radius.port, SharedSecret: radius.secret }
}

function linksOf(service: FirstRun['service']) {
  const links = [
    ['Push app: approve here', service.push_app_url],
    ['Outbox: SMS and calls', service.outbox_url],
    ['Admin Panel', service.admin_url],
  ] as const
  return links.flatMap(([name, url]) => (url === undefined ? [] : [{ name, url }]))
}
