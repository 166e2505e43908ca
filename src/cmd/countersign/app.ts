import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Secret } from '../../host/secret.ts'
import {
  createApplication,
  deleteApplication,
  rotateSecretKey,
  updateApplication,
} from '../../service/administration/acts/applications.ts'
import { editApplicationPolicy } from '../../service/administration/acts/policies.ts'
import { adminApiPermissions } from '../../service/applications/admin_api_permissions.ts'
import { clientRetries } from '../../service/applications/client/retry_schedule.ts'
import {
  type Integration,
  Integrations,
  type IntegrationType,
  integrationTypes,
} from '../../service/applications/integrations.ts'
import { effectivePolicy } from '../../service/applications/policy/effective_policy.ts'
import { PolicyAttachments } from '../../service/applications/policy/policy_attachments.ts'
import { configuredLimits } from '../../service/compose/configured_limits.ts'
import { liveConfig } from '../../service/settings/live_config.ts'
import { Settings } from '../../service/settings/settings.ts'
import { pages } from '../../service/store/keyset.ts'
import type { Store } from '../../service/store/store.ts'
import { type CfgOptions, describeClient, printedCfg } from './client_cfg.ts'
import {
  CommandError,
  type Context,
  confirmed,
  type DataOptions,
  dataOptions,
  notFound,
  withStore,
} from './context.ts'
import { json, type ListView, pageSize, printPages, show as showResult } from './output.ts'
import { type RetryOptions, retryChange, retryOptions, shownRetries } from './retry_options.ts'

/** What happens to new users, in the words of `--new-users` and of the policy JSON. */
const newUserBehaviors = { enroll: 'enroll', allow: 'no-mfa', deny: 'deny' } as const
type NewUserPolicy = keyof typeof newUserBehaviors

const policyOption = new Option(
  '--new-users <policy>',
  'how to treat users who are unknown or have no device',
).choices(Object.keys(newUserBehaviors))
const normalizationOption = new Option(
  '--username-normalization <how>',
  'simple ignores DOMAIN\\ and @domain',
).choices(['none', 'simple'])

const verifiedPushOption = new Option(
  '--verified-push <when>',
  'whether a push requires a code: shown by the login, or by the app if the login cannot show one',
).choices(['off', 'required'])
const digitsOption = new Option(
  '--verified-push-digits <digits>',
  'number of digits in the code that a login shows, 3 to 8',
).argParser(readDigits)
const signatureV1Option = new Option(
  '--signature-v1 <on|off>',
  'whether /auth/v2 accepts signature version 1, which can be replayed forever; on for type unix',
).argParser(readSwitch)

const permissionPrefix = 'adminapi_'
const permissionOption = new Option(
  '--permission <names...>',
  'what an application of type adminapi may do; replaces the permissions from before',
).choices(adminApiPermissions.map((name) => name.slice(permissionPrefix.length)))

const revealOption = new Option('--reveal', 'print the secret key').default(false)

/** `countersign app …` */
export function addAppVerb(program: Command): void {
  const app = program.command('app').description('applications that use this service for MFA')
  dataOptions(app.command('add'))
    .description('add an application and create its keys')
    .requiredOption('--name <name>', 'unique name')
    .addOption(
      new Option('--type <type>', 'kind of client').choices(integrationTypes).makeOptionMandatory(),
    )
    .addOption(policyOption)
    .addOption(normalizationOption)
    .addOption(verifiedPushOption)
    .addOption(digitsOption)
    .addOption(signatureV1Option)
    .addOption(permissionOption)
    .addOption(retryOptions.timeout)
    .addOption(retryOptions.retries)
    .addOption(retryOptions.servers)
    .addOption(revealOption)
    .action(add)
  dataOptions(app.command('list')).description('list all applications').action(list)
  dataOptions(app.command('show <app>'))
    .description('show an application, by its name or integration key')
    .addOption(revealOption)
    .option(
      '--cfg',
      'print the authproxy.cfg section or login_duo.conf of its client; add --reveal to include the keys',
      false,
    )
    .option('--api-host <host>', 'for --cfg: host name of the service (default: its own)')
    .option('--api-port <port>', 'for --cfg: its port (default: its own)')
    .option('--radius-ip <address>', 'for --cfg: the RADIUS client (default: as set in the panel)')
    .option('--radius-port <port>', 'for --cfg: where the proxy listens (default: 1812)')
    .action(show)
  dataOptions(app.command('edit <app>'))
    .description('change an application')
    .option('--name <name>', 'new name')
    .addOption(policyOption)
    .addOption(normalizationOption)
    .addOption(verifiedPushOption)
    .addOption(digitsOption)
    .addOption(signatureV1Option)
    .addOption(permissionOption)
    .addOption(retryOptions.timeout)
    .addOption(retryOptions.retries)
    .addOption(retryOptions.servers)
    .option('--disable', 'refuse its requests')
    .option('--enable', 'accept its requests again')
    .action(edit)
  dataOptions(app.command('rotate <app>'))
    .description('create a new secret key; the old one stops working immediately')
    .addOption(revealOption)
    .option('--yes', 'do not ask for confirmation', false)
    .action(rotate)
  dataOptions(app.command('remove <app>'))
    .description('remove an application')
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
}

interface PolicyOptions extends DataOptions, RetryOptions {
  readonly newUsers?: NewUserPolicy
  readonly usernameNormalization?: 'none' | 'simple'
  readonly verifiedPush?: 'off' | 'required'
  readonly verifiedPushDigits?: number
  readonly signatureV1?: boolean
  readonly permission?: readonly string[]
}

async function add(
  options: PolicyOptions & { name: string; type: IntegrationType; reveal: boolean },
): Promise<void> {
  await withStore(options, async (context) => {
    const { administration, json: asJson } = context
    const { name, type, reveal } = options
    requireAdminApi(type, options)
    requireRadius(type, options)
    const made = await administration.together(async (run) => {
      const client = retryChange(options)
      const added = { name, type, client, ...settings(options) }
      const integration = await run(createApplication, added)
      await run(editApplicationPolicy, { integration, change: policyChange(options) })
      return integration
    })
    process.stdout.write(
      asJson
        ? json({
            ...(await appJson(context, made)),
            secret_key: reveal ? made.skey.reveal() : null,
          })
        : `Application ${made.name} added.

  ikey  ${made.ikey}
  skey  ${shownSkey(made.skey, reveal)}

For ${describeClient(made)}: countersign app show ${made.ikey} --cfg --reveal
`,
    )
  })
}

async function list(options: DataOptions): Promise<void> {
  await withStore(options, async (context) => {
    const { store, json: asJson } = context
    const apps = new Integrations(store)
    const listed = pages(async (after) => {
      const { items, next } = await apps.page({ limit: pageSize, after }, store.db)
      return { items: await Promise.all(items.map((app) => appJson(context, app))), next }
    })
    await printPages(listed, view, asJson)
  })
}

const view: ListView<AppJson> = {
  heads: ['APPLICATION', 'TYPE', 'IKEY', 'NEW USERS', 'VERIFIED PUSH', 'STATE'],
  row: ({ name, type, integration_key, enroll_policy, verified_push, enabled }) => [
    name,
    type,
    integration_key,
    enroll_policy,
    verified_push,
    enabled ? 'enabled' : 'disabled',
  ],
  json: (app) => app,
  empty: 'There are no applications yet. Add one: countersign app add --type radius --name "VPN"',
}

interface ShowOptions extends DataOptions, CfgOptions {
  readonly cfg: boolean
}

async function show(name: string, options: ShowOptions): Promise<void> {
  await withStore(options, async (context) => {
    const app = await appNamed(context.store, name)
    if (options.cfg) {
      const cfg = await printedCfg(context, app, options)
      process.stdout.write(context.json ? json({ cfg }) : cfg)
      return
    }
    const { reveal } = options
    const skey = shownSkey(app.skey, reveal)
    const shown = await appJson(context, app)
    process.stdout.write(
      context.json
        ? json({ ...shown, secret_key: reveal ? skey : null })
        : `${app.name}  ${app.type}  ${app.enabled ? 'enabled' : 'disabled'}
ikey                    ${app.ikey}
skey                    ${skey}
policy                  ${shown.policy_name ?? 'none of its own'}
new users               ${shown.enroll_policy}
username normalization  ${app.usernameNormalization}
verified push           ${shown.verified_push}, ${shown.verified_push_digits} digits
signature version 1     ${app.signatureV1 ? 'on' : 'off'}
${app.type === 'radius' ? `RADIUS retries          ${shownRetries(app)}\n` : ''}${shownPermissions(app)}`,
    )
  })
}

function shownSkey(skey: Secret, reveal: boolean): string {
  return reveal ? skey.reveal() : '(hidden; add --reveal to print it)'
}

async function edit(
  name: string,
  options: PolicyOptions & { name?: string; disable?: boolean; enable?: boolean },
): Promise<void> {
  if (options.disable === true && options.enable === true)
    throw new CommandError("--enable and --disable can't be used together")
  await withStore(options, async (context) => {
    const { store, administration, json: asJson } = context
    const app = await appNamed(store, name)
    requireAdminApi(app.type, options)
    requireRadius(app.type, options)
    const retries = retryChange(options)
    const change = {
      ...settings(options),
      ...(Object.keys(retries).length === 0 ? {} : { client: { ...app.client, ...retries } }),
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.disable === true ? { enabled: false } : {}),
      ...(options.enable === true ? { enabled: true } : {}),
    }
    const policy = policyChange(options)
    const changesPolicy = Object.keys(policy).length > 0
    if (Object.keys(change).length === 0 && !changesPolicy)
      throw new CommandError('nothing to change; see countersign app edit --help')
    await administration.together(async (run) => {
      if (Object.keys(change).length > 0) await run(updateApplication, { integration: app, change })
      if (changesPolicy) await run(editApplicationPolicy, { integration: app, change: policy })
    })
    showResult(asJson, await appJson(context, { ...app, ...change }), `${app.name} changed`)
  })
}

async function rotate(
  name: string,
  options: DataOptions & { readonly yes: boolean; readonly reveal: boolean },
): Promise<void> {
  await withStore(options, async (context) => {
    const { store, administration, json: asJson } = context
    const app = await appNamed(store, name)
    await confirmed(
      `Replace the secret key of ${app.name}? Clients with the old key stop working immediately.`,
      options.yes,
    )
    const skey = await administration.run(rotateSecretKey, { integration: app })
    process.stdout.write(
      asJson
        ? json({
            ...(await appJson(context, app)),
            secret_key: options.reveal ? skey.reveal() : null,
          })
        : `${app.name} has a new secret key\n\n  skey  ${shownSkey(skey, options.reveal)}\n`,
    )
  })
}

async function remove(
  name: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const app = await appNamed(store, name)
    await confirmed(`Remove ${app.name}? The service will refuse its requests.`, options.yes)
    await administration.run(deleteApplication, { integration: app })
    showResult(asJson, { integration_key: app.ikey, removed: true }, `${app.name} removed`)
  })
}

/**
 * The application of that name or integration key.
 *
 * @throws {CommandError} with the name that was probably meant.
 */
export async function appNamed(store: Store, name: string): Promise<Integration> {
  const apps = new Integrations(store)
  const app = (await apps.byIkey(name, store.db)) ?? (await apps.byName(name, store.db))
  if (app !== undefined) return app
  const known = pages((after) => apps.page({ limit: pageSize, after }, store.db))
  throw await notFound('application', name, known, (candidate) => candidate.name)
}

function shownPermissions({ type, adminApiPermissions: granted }: Integration): string {
  if (type !== 'adminapi') return ''
  const names = granted.map((name) => name.slice(permissionPrefix.length))
  return `permissions             ${names.length === 0 ? 'none' : names.join(' ')}\n`
}

/** @throws {CommandError} if permissions are given for another type. */
function requireAdminApi(type: IntegrationType, { permission }: PolicyOptions): void {
  if (permission === undefined || type === 'adminapi') return
  throw new CommandError('--permission is only for applications of type adminapi')
}

/** @throws {CommandError} if RADIUS settings are given for another type. */
function requireRadius(type: IntegrationType, options: RetryOptions): void {
  if (type === 'radius' || Object.keys(retryChange(options)).length === 0) return
  throw new CommandError(
    '--radius-timeout, --radius-retries and --radius-servers are only for applications of type radius',
  )
}

function settings({ usernameNormalization, signatureV1, permission }: PolicyOptions) {
  return {
    ...(permission === undefined
      ? {}
      : {
          adminApiPermissions: adminApiPermissions.filter((name) =>
            permission.includes(name.slice(permissionPrefix.length)),
          ),
        }),
    ...(usernameNormalization === undefined ? {} : { usernameNormalization }),
    ...(signatureV1 === undefined ? {} : { signatureV1 }),
  }
}

/** What the options change in the application's own policy. */
function policyChange({ newUsers, verifiedPush, verifiedPushDigits }: PolicyOptions) {
  return {
    ...(newUsers === undefined ? {} : { newUsers: newUserBehaviors[newUsers] }),
    ...(verifiedPush === undefined ? {} : { verifiedPush: verifiedPush === 'required' }),
    ...(verifiedPushDigits === undefined ? {} : { verifiedPushDigits }),
  }
}

function readDigits(text: string): number {
  const digits = Number(text)
  if (Number.isInteger(digits) && digits >= 3 && digits <= 8) return digits
  throw new InvalidArgumentError('expected 3 to 8')
}

function readSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new InvalidArgumentError('expected on or off')
}

type AppJson = Awaited<ReturnType<typeof appJson>>

/** The application with the policy that applies to users without a group policy. */
async function appJson({ store, location }: Context, app: Integration) {
  const config = liveConfig(location.config, await Settings.load(location.config, store.db))
  const layers = await new PolicyAttachments(store).layers(app.ikey, store.db)
  const { rules } = effectivePolicy(app, layers, new Set(), configuredLimits(config))
  const own = layers.find(({ level }) => level === 'application')?.policy
  const behavior = rules.new_user.new_user_behavior
  return {
    integration_key: app.ikey,
    name: app.name,
    type: app.type,
    policy_key: own?.policyKey ?? null,
    policy_name: own?.name ?? null,
    enroll_policy: behavior === 'no-mfa' ? 'allow' : behavior,
    username_normalization_policy: app.usernameNormalization,
    verified_push: rules.authentication_methods.require_verified_push ? 'required' : 'off',
    verified_push_digits: rules.authentication_methods.verified_push_digits,
    signature_v1: app.signatureV1,
    enabled: app.enabled,
    ...(app.type === 'radius' ? retriesJson(app) : {}),
  }
}

function retriesJson(app: Integration) {
  const { timeoutSecs, retries, servers } = clientRetries(app)
  return { radius_timeout_secs: timeoutSecs, radius_retries: retries, radius_servers: servers }
}
