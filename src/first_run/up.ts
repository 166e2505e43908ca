import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../host/clock.ts'
import { untilStopped } from '../host/signals.ts'
import { formatProblem } from '../proxy/config/problem.ts'
import { readProxyConfig } from '../proxy/config/read_proxy_config.ts'
import { AuthenticationProxy, ListenError } from '../proxy/proxy.ts'
import { openProxyLogs } from '../proxy/proxy_logs.ts'
import { publicUrlOf } from '../service/config/public_url.ts'
import { outboxUrl } from '../service/delivery/outbox_key.ts'
import { startService } from '../service/service.ts'
import { newRadiusSecret } from '../service/store/identifier.ts'
import { Store } from '../service/store/store.ts'
import { type FirstRun, FirstRunError, readFirstRun, writeFirstRun } from './first_run_file.ts'
import { makeOrganisation, nextPasscode, organisationIsThere } from './organisation.ts'
import { writeProxyCfg } from './proxy_cfg.ts'
import { pushActivationUrl } from './push_activation.ts'
import { serviceCfg } from './service_cfg.ts'
import { welcome } from './welcome.ts'

export interface UpOptions {
  /** The data folder. */
  readonly folder: string
  readonly port: number
  readonly radiusPort: number
}

/** Service and proxy in one process with a first organisation, until somebody stops them. */
export async function up(options: UpOptions): Promise<void> {
  const folder = resolve(options.folder)
  const config = serviceCfg(folder)
  const url = publicUrlOf(config, options.port)
  const { firstRun, passcode } = await prepare({ ...options, folder, url }, systemClock)
  // heard from now on: whoever reads the welcome may ask to stop at once
  const stopped = untilStopped()
  const service = await startService({ config, folder, port: options.port })
  try {
    const proxy = await startProxy(firstRun)
    writeFirstRun(folder, firstRun)
    process.stdout.write(welcome(firstRun, folder, passcode))
    await stopped
    await proxy.stop()
  } finally {
    await service.close()
  }
}

async function prepare(
  options: UpOptions & { readonly url: string },
  clock: Clock,
): Promise<{ readonly firstRun: FirstRun; readonly passcode: string | undefined }> {
  const { folder, port, radiusPort, url } = options
  const store = await Store.open({ folder, migrate: true })
  try {
    const before = readFirstRun(folder)
    const kept = before !== undefined && (await organisationIsThere(store, before))
    const made = kept
      ? { integrations: before.integrations, users: before.users }
      : await makeOrganisation(store, clock)
    const firstRun = {
      service: {
        api_host: 'localhost',
        api_port: port,
        ca_file: join(folder, 'ca.pem'),
        portal_url: `${url}/portal`,
        push_app_url: `${url}/app`,
        outbox_url: outboxUrl(url, folder),
      },
      radius: {
        host: '127.0.0.1',
        port: radiusPort,
        secret: kept ? before.radius.secret : newRadiusSecret(),
        cfg_file: join(folder, 'authproxy.cfg'),
      },
      integrations: made.integrations,
      users: await Promise.all(made.users.map((user) => withActivation(store, user, url, clock))),
    }
    // what was made must be known before anything is started with it
    writeFirstRun(folder, firstRun)
    writeProxyCfg(firstRun)
    return { firstRun, passcode: await nextPasscode(store, firstRun) }
  } finally {
    await store.close()
  }
}

async function withActivation(
  store: Store,
  user: FirstRun['users'][number],
  url: string,
  clock: Clock,
): Promise<FirstRun['users'][number]> {
  const { push_activation_url: before, ...others } = user
  const link = await pushActivationUrl(store, user.username, url, before, clock)
  return link === undefined ? others : { ...others, push_activation_url: link }
}

async function startProxy({ radius }: FirstRun): Promise<{ stop(): Promise<void> }> {
  const { config, problems } = readProxyConfig(
    readFileSync(radius.cfg_file, 'utf8'),
    radius.cfg_file,
  )
  if (config === undefined) throw new FirstRunError(problems.map(formatProblem).join('\n'))
  const logs = openProxyLogs(config, systemClock)
  const { log, writeEvent } = logs
  try {
    const proxy = await AuthenticationProxy.start(config, { log, writeEvent, clock: systemClock })
    return {
      stop: async () => {
        await proxy.stop()
        await logs.close()
      },
    }
  } catch (error) {
    await logs.close()
    if (!(error instanceof ListenError)) throw error
    throw new FirstRunError(
      `UDP port ${radius.port} can't be had: ${error.message}; choose another with --radius-port`,
    )
  }
}
