import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatProblem } from '../config/problem.ts'
import { type Clock, systemClock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { readInstallation, runDirFor } from '../host/installation.ts'
import type { Log } from '../host/log.ts'
import { ProgramLog } from '../host/program_log.ts'
import { untilStopped } from '../host/signals.ts'
import { StallMeter } from '../host/stall_meter.ts'
import { version } from '../host/version.ts'
import { type ControlHandlers, ControlServer } from '../proxy/control/control_server.ts'
import { ListenError } from '../proxy/listen_error.ts'
import { LoggedProxy } from '../proxy/logged_proxy.ts'
import { ProxyLogs } from '../proxy/proxy_logs.ts'
import type { ProxyObserver } from '../proxy/section_runtime.ts'
import { readProxyConfig } from '../proxy/sections/read_proxy_config.ts'
import type { StartReport } from '../proxy/startup_check.ts'
import type { Actor } from '../service/administration/act.ts'
import { Administration } from '../service/administration/administration.ts'
import { startService } from '../service/compose/service.ts'
import {
  configFileIn,
  type DataLocation,
  type LocationOptions,
  locateData,
} from '../service/config/data_location.ts'
import { buildAdminUrl, buildPublicUrl } from '../service/config/public_url.ts'
import { Settings } from '../service/settings/settings.ts'
import { toStoreError } from '../service/store/data_folder.ts'
import { newRadiusSecret } from '../service/store/identifier.ts'
import { Store } from '../service/store/store.ts'
import { createPassword } from '../workspaces/primary/initial_password.ts'
import { type FirstRun, FirstRunError, readFirstRun, writeFirstRun } from './first_run_file.ts'
import { isEmpty, makeOrganisation, nextPasscode, organisationIsThere } from './organisation.ts'
import { writeProxyCfg } from './proxy_cfg.ts'
import { pushActivationUrl } from './push_activation.ts'
import { sampleAdministrator } from './sample_administrator.ts'
import { directoryAddresses, enableSampleRadius, startSampleDirectory } from './sample_directory.ts'
import { writeServiceCfg } from './service_cfg.ts'
import { SignInDrawing } from './sign_in_drawing.ts'
import { welcome } from './welcome.ts'

export interface UpOptions extends LocationOptions {
  /** Host name of this machine for other machines; without it, only this machine can connect. */
  readonly host?: string
  readonly port: number
  readonly radiusPort: number
  /** Of the simulated directory; it listens on loopback only. */
  readonly directoryPort: number
  /** The administrator who creates the organisation. */
  readonly actor: Actor
}

const loopback = '127.0.0.1'
const loopbackNames = /^(localhost|127\.\d+\.\d+\.\d+)$/
const logFile = { name: 'countersign.log', maxSize: 10_485_760, maxFiles: 6 }

/** Runs service, proxy and simulated directory in one process with sample data, until SIGINT or SIGTERM. */
export async function up(options: UpOptions): Promise<void> {
  const location = await makeLocation(options)
  const { folder, databaseUrl, sealingKey, warnings } = location
  const isPublic = options.host !== undefined && !loopbackNames.test(options.host)
  const hostNames = [
    ...new Set([options.host ?? 'localhost', 'localhost', ...location.config.hostNames]),
  ]
  const config = { ...location.config, databaseUrl, hostNames }
  const url = buildPublicUrl(config, options.port)
  const { firstRun: prepared, passcode } = await prepare({ ...options, url, isPublic }, location, {
    actor: options.actor,
    clock: systemClock,
  })
  const log = new ProgramLog({
    component: 'countersign.service',
    debug: config.debug,
    file: { folder: join(folder, 'log'), ...logFile },
    clock: systemClock,
  })
  const warn = (text: string): void => {
    log.warn(text)
    process.stderr.write(`${text}\n`)
  }
  for (const warning of warnings) warn(warning)
  if (!isPublic && config.interfaceAddress !== undefined) {
    warn(`interface=${config.interfaceAddress} has no effect: 'up' needs --host to listen on it`)
  }
  // registered first, so that a signal sent right after the welcome is not lost
  const stopped = untilStopped()
  const workspaces = await startSampleDirectory(folder, prepared, {
    port: options.directoryPort,
    clock: systemClock,
  })
  const { directoryId } = workspaces.directory.identity
  const firstRun = {
    ...prepared,
    directory: { ...directoryAddresses(options.directoryPort), id: directoryId },
  }
  const drawing = new SignInDrawing(
    workspaces.directory.trace,
    `${firstRun.radius.host}:${firstRun.radius.port}`,
  )
  try {
    const service = await startService({
      config: isPublic ? config : { ...config, interfaceAddress: loopback },
      ...(sealingKey === undefined ? {} : { sealingKey }),
      folder,
      port: options.port,
      stalls: new StallMeter(),
      transactionObserver: drawing,
      log,
    })
    log.info(`Countersign service ${version} listening on ${service.address}:${service.port}`)
    try {
      const proxy = await startProxy(firstRun, drawing)
      writeFirstRun(folder, firstRun)
      const problem = await Promise.race([enableSampleRadius(workspaces, firstRun), stopped])
      if (typeof problem === 'string') warn(problem)
      const authority =
        config.certificateFiles === undefined
          ? { url: `${url}/ca.pem`, fingerprint: fingerprint(firstRun.service.ca_file) }
          : undefined
      process.stdout.write(
        welcome(firstRun, location, passcode, isPublic ? { authority } : undefined),
      )
      await Promise.race([stopped, proxy.stopRequested])
      // first, because sign-ins in progress wait for the proxy
      await workspaces.close()
      await proxy.stop()
    } finally {
      await service.close()
      log.info('stopped')
    }
  } finally {
    await workspaces.close()
    await log.close()
  }
}

/** Finds the data; writes a configuration if there is none. */
async function makeLocation(options: LocationOptions): Promise<DataLocation> {
  const location = locateData(options)
  await refuseForeignData(location)
  if (options.config === undefined) {
    const file = configFileIn(location.folder)
    try {
      writeServiceCfg(file)
    } catch (error) {
      throw toStoreError(error, file)
    }
  }
  return locateData(options)
}

async function prepare(
  {
    host = 'localhost',
    port,
    radiusPort,
    directoryPort,
    url,
    isPublic,
  }: UpOptions & {
    readonly url: string
    readonly isPublic: boolean
  },
  location: DataLocation,
  { actor, clock }: { readonly actor: Actor; readonly clock: Clock },
): Promise<{ readonly firstRun: FirstRun; readonly passcode: string | undefined }> {
  const { folder } = location
  const adminUrl = buildAdminUrl(location.config.adminHost, url)
  const store = await Store.open({ ...location, migrate: true })
  const administration = new Administration(store, clock, actor)
  try {
    const before = readFirstRun(folder)
    const kept = before !== undefined && (await organisationIsThere(store, before))
    const made = kept
      ? { integrations: before.integrations, users: before.users }
      : await makeOrganisation(administration, await Settings.load(location.config, store.db), host)
    const admin = await sampleAdministrator(store, administration, before?.admin, clock.now())
    const firstRun = {
      service: {
        api_host: host,
        api_port: port,
        ca_file: join(folder, 'ca.pem'),
        admin_url: `${adminUrl}/admin`,
        portal_url: `${url}/portal`,
        push_app_url: `${url}/app`,
        outbox_url: `${adminUrl}/admin/outbox`,
      },
      ...(admin === undefined ? {} : { admin }),
      radius: {
        host: loopback,
        port: radiusPort,
        secret: kept ? before.radius.secret : newRadiusSecret(),
        cfg_file: join(folder, 'authproxy.cfg'),
      },
      integrations: made.integrations,
      users: await Promise.all(
        made.users.map((user) =>
          withActivation(
            { store, administration, clock },
            { ...user, password: user.password ?? createPassword() },
            url,
          ),
        ),
      ),
      directory: directoryAddresses(directoryPort),
    }
    // before anything starts, so that new keys and secrets are not lost
    writeFirstRun(folder, firstRun)
    writeProxyCfg(firstRun, { interfaceAddress: isPublic ? '0.0.0.0' : loopback })
    return { firstRun, passcode: await nextPasscode(store, firstRun) }
  } finally {
    await store.close()
  }
}

/** @param file A certificate, PEM. @returns SHA-256, as browsers and phones show it. */
function fingerprint(file: string): string {
  return new X509Certificate(readFileSync(file)).fingerprint256
}

/** Sample data must not be added to data that is already in use. */
async function refuseForeignData(location: DataLocation): Promise<void> {
  const { folder, databaseUrl } = location
  if (!(await Store.exists(location))) return
  const store = await Store.open({ ...location, migrate: true, mustExist: true })
  try {
    const before = readFirstRun(folder)
    if (before !== undefined && (await organisationIsThere(store, before))) return
    if (await isEmpty(store)) return
  } finally {
    await store.close()
  }
  const place = databaseUrl === undefined ? folder : 'the configured PostgreSQL database'
  throw new FirstRunError(
    `'countersign up' did not create the data in ${place}, and would add a sample user to it; run 'countersign service' instead, or choose a new folder with --data`,
  )
}

async function withActivation(
  data: {
    readonly store: Store
    readonly administration: Administration
    readonly clock: Clock
  },
  user: FirstRun['users'][number],
  url: string,
): Promise<FirstRun['users'][number]> {
  const { push_activation_url: before, ...others } = user
  const link = await pushActivationUrl(data, user.username, url, before)
  return link === undefined ? others : { ...others, push_activation_url: link }
}

interface SampleProxy {
  /** Resolved when `authproxyctl stop` asks for the end. */
  readonly stopRequested: Promise<void>
  stop(): Promise<void>
}

async function startProxy({ radius }: FirstRun, observer: ProxyObserver): Promise<SampleProxy> {
  const { config, problems } = readProxyConfig(
    readFileSync(radius.cfg_file, 'utf8'),
    radius.cfg_file,
  )
  if (config === undefined) throw new FirstRunError(problems.map(formatProblem).join('\n'))
  for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`)
  const logs = new ProxyLogs(config, systemClock)
  const report: StartReport = (level, text) => logs.log[level](text)
  try {
    const proxy = await LoggedProxy.start(config, {
      file: radius.cfg_file,
      logs,
      report,
      clock: systemClock,
      observer,
    })
    const stopRequest = Promise.withResolvers<void>()
    const control = await openControl(radius.cfg_file, logs.log, {
      status: async () => ({ ok: true, lines: [], status: proxy.status }),
      reload: () => proxy.reload(),
      stop: async () => {
        // the answer is sent first
        setImmediate(stopRequest.resolve)
        return { ok: true, lines: ['stopping'] }
      },
    })
    return {
      stopRequested: stopRequest.promise,
      stop: async () => {
        control?.close()
        await proxy.stop()
        await logs.close()
      },
    }
  } catch (error) {
    await logs.close()
    if (!(error instanceof ListenError)) throw error
    throw new FirstRunError(
      `UDP port ${radius.port} can't be used: ${error.message}; choose a different one with --radius-port`,
    )
  }
}

/** For `authproxyctl --config`; the proxy works without it. */
async function openControl(
  configFile: string,
  log: Log,
  handlers: ControlHandlers,
): Promise<ControlServer | undefined> {
  const runDir = runDirFor(configFile, readInstallation())
  try {
    return await ControlServer.listen(runDir, handlers, log)
  } catch (error) {
    log.warn(`authproxyctl can't reach this proxy: ${runDir} can't be used: ${errorText(error)}`)
    return undefined
  }
}
