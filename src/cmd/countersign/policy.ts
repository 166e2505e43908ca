import { type Command, InvalidArgumentError } from 'commander'
import { suggest } from '../../config/nearest_name.ts'
import {
  attachPolicy,
  createPolicy,
  deletePolicy,
  detachPolicy,
  updatePolicy,
} from '../../service/administration/acts/policies.ts'
import type { PolicyPlace } from '../../service/administration/acts/policy_approval.ts'
import { Policies, type Policy } from '../../service/applications/policy/policies.ts'
import {
  type PolicyAttachment,
  PolicyAttachments,
} from '../../service/applications/policy/policy_attachments.ts'
import {
  describeSource,
  findReplacedSections,
} from '../../service/applications/policy/policy_layers.ts'
import {
  findUnknownKeys,
  type PolicySections,
} from '../../service/applications/policy/policy_sections.ts'
import type { Store } from '../../service/store/store.ts'
import { appNamed } from './app.ts'
import { CommandError, confirmed, type DataOptions, dataOptions, withStore } from './context.ts'
import { groupNamed } from './group.ts'
import { isoTime, json, show as showResult, suggestWord, table } from './output.ts'
import {
  describeSections,
  readSectionNames,
  readSections,
  sectionOptions,
} from './policy_options.ts'

/** `countersign policy …` */
export function addPolicyVerb(program: Command): void {
  const policy = program
    .command('policy')
    .description('what applications require of their users (docs/policies.md)')
  dataOptions(policy.command('list')).description('list all policies').action(list)
  dataOptions(policy.command('show <policy>'))
    .description('show a policy, by its name or key')
    .action(show)
  sectionOptions(dataOptions(policy.command('create')))
    .description('add a policy; it applies nowhere until it is attached')
    .requiredOption('--name <name>', 'name of the policy')
    .action(create)
  sectionOptions(dataOptions(policy.command('edit <policy>')))
    .description('change a policy')
    .option('--name <name>', 'new name')
    .option('--delete-section <names>', 'comma-separated sections to delete', readSectionNames)
    .action(edit)
  placeOptions(policy.command('attach <policy>'))
    .description('apply a policy globally, in an application, or to a group in an application')
    .option(
      '--position <number>',
      'with --group: position in the stack; 1 is evaluated first',
      readPosition,
    )
    .action(attach)
  placeOptions(policy.command('detach <policy>'))
    .description('stop applying a policy there')
    .action(detach)
  dataOptions(policy.command('delete <policy>'))
    .description('delete a policy')
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
}

interface PlaceOptions extends DataOptions {
  readonly global?: boolean
  readonly app?: string
  readonly group?: string
}

type SectionsOptions = DataOptions & Readonly<Record<string, unknown>>

function placeOptions(command: Command): Command {
  return dataOptions(command)
    .option('--global', 'for every application')
    .option('--app <app>', 'for an application, by its name or integration key')
    .option('--group <group>', 'with --app: for a group in the application')
}

async function list(options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const policies = await new Policies(store).list(store.db)
    const attachments = await new PolicyAttachments(store).list(store.db)
    process.stdout.write(
      asJson
        ? json(policies.map((policy) => policyJson(policy, attachments)))
        : table(
            ['POLICY', 'KEY', 'APPLIES TO', 'SECTIONS'],
            policies.map((policy) => [
              policy.name,
              policy.policyKey,
              describePlaces(policy, attachments).join('; '),
              describeSections(policy.sections),
            ]),
            'There are no policies yet. Add one: countersign policy create --name Strict --block-methods sms',
          ),
    )
  })
}

async function show(name: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const policy = await policyNamed(store, name)
    const attachments = await new PolicyAttachments(store).list(store.db)
    const places = describePlaces(policy, attachments)
    process.stdout.write(
      asJson
        ? json(policyJson(policy, attachments))
        : `${policy.name}  ${policy.policyKey}\napplies to  ${places.join('; ') || 'nothing'}\n\n${json(policy.sections)}`,
    )
  })
}

async function create(options: SectionsOptions & { readonly name: string }): Promise<void> {
  await withStore(options, async ({ administration, json: asJson }) => {
    const { name } = options
    const sections = readSections(options, {})
    const policy = await administration.run(createPolicy, { name, sections })
    warnOfUnknown(sections)
    showResult(
      asJson,
      policyJson(policy, []),
      `${policy.name} added (${policy.policyKey}). It applies nowhere yet. Attach it: countersign policy attach ${policy.policyKey} --app APP (or --global)`,
    )
  })
}

async function edit(
  key: string,
  options: SectionsOptions & {
    readonly name?: string
    readonly deleteSection?: readonly string[]
  },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const policy = await policyNamed(store, key)
    const sections = readSections(options, policy.sections)
    const { name, deleteSection: sectionsToDelete } = options
    requireSections(policy, sectionsToDelete ?? [])
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(Object.keys(sections).length === 0 ? {} : { sections }),
      ...(sectionsToDelete === undefined ? {} : { sectionsToDelete }),
    }
    if (Object.keys(change).length === 0)
      throw new CommandError('nothing to change; see countersign policy edit --help')
    const changed = await administration.run(updatePolicy, { policy, change })
    warnOfUnknown(sections)
    const attachments = await new PolicyAttachments(store).list(store.db)
    showResult(asJson, policyJson(changed, attachments), `${changed.name} changed`)
  })
}

async function attach(
  key: string,
  options: PlaceOptions & { readonly position?: number },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const policy = await policyNamed(store, key)
    const place = await readPlace(store, options)
    const { position } = options
    if (position !== undefined && place.kind !== 'group')
      throw new CommandError('--position needs --group')
    await administration.run(attachPolicy, { policy, place, position })
    await showPolicy(store, policy.policyKey, asJson)
    if (!asJson) process.stdout.write(await describeReplaced(store, policy, place))
  })
}

async function detach(key: string, options: PlaceOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const policy = await policyNamed(store, key)
    const place = await readPlace(store, options)
    const wasAttached = await administration.run(detachPolicy, { policy, place })
    if (!wasAttached) throw new CommandError(`${policy.name} is not attached there`)
    await showPolicy(store, policy.policyKey, asJson)
  })
}

async function remove(
  key: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const policy = await policyNamed(store, key)
    const places = describePlaces(policy, await new PolicyAttachments(store).list(store.db))
    const where = places.length === 0 ? '' : ` It applies to ${places.join('; ')}.`
    await confirmed(`Delete the policy ${policy.name}?${where}`, options.yes)
    await administration.run(deletePolicy, { policy })
    showResult(asJson, { policy_key: policy.policyKey, deleted: true }, `${policy.name} deleted`)
  })
}

async function showPolicy(store: Store, policyKey: string, asJson: boolean): Promise<void> {
  const policy = await policyNamed(store, policyKey)
  const attachments = await new PolicyAttachments(store).list(store.db)
  const places = describePlaces(policy, attachments).join('; ')
  showResult(
    asJson,
    policyJson(policy, attachments),
    `${policy.name} applies to ${places || 'nothing'}`,
  )
}

/** A section is taken as a whole, so attaching a policy can lift what an outer one requires. */
async function describeReplaced(store: Store, policy: Policy, place: PolicyPlace): Promise<string> {
  if (place.kind === 'global') return ''
  const layers = await new PolicyAttachments(store).layers(place.integration.ikey, store.db)
  const outer = layers.filter(
    ({ level }) => level === 'global' || (level === 'application' && place.kind === 'group'),
  )
  return findReplacedSections(policy, outer)
    .map(
      ({ section, source }) =>
        `The section ${section} of ${describeSource(source)} no longer applies there, because ${policy.name} has its own\n`,
    )
    .join('')
}

async function readPlace(
  store: Store,
  { global = false, app, group }: PlaceOptions,
): Promise<PolicyPlace> {
  if (global === (app !== undefined)) throw new CommandError('name one of --global and --app')
  if (app === undefined) {
    if (group !== undefined) throw new CommandError('--group needs --app')
    return { kind: 'global' }
  }
  const integration = await appNamed(store, app)
  if (group === undefined) return { kind: 'application', integration }
  return { kind: 'group', integration, group: await groupNamed(store, group) }
}

async function policyNamed(store: Store, name: string): Promise<Policy> {
  const policies = new Policies(store)
  const found = (await policies.byKey(name, store.db)) ?? (await policies.byName(name, store.db))
  if (found !== undefined) return found
  const known = await policies.list(store.db)
  const close = suggestWord(
    name,
    known.map((policy) => policy.name),
  )
  throw new CommandError(
    `there is no policy '${name}'${close === undefined ? '' : `; did you mean ${close}?`}`,
  )
}

function describePlaces(
  { policyKey, isGlobal }: Policy,
  attachments: readonly PolicyAttachment[],
): string[] {
  const own = attachments.filter((attachment) => attachment.policyKey === policyKey)
  return [
    ...(isGlobal ? ['every application'] : []),
    ...own.map(({ application, group }) =>
      group === undefined
        ? application.name
        : `${application.name}, group ${group.name} (position ${group.position})`,
    ),
  ]
}

/** A misspelt section would be deleted in name only. @throws {CommandError} */
function requireSections({ name, sections }: Policy, wanted: readonly string[]): void {
  const known = Object.keys(sections)
  const missing = wanted.find((section) => !known.includes(section))
  if (missing === undefined) return
  const listed = known.length === 0 ? 'no sections' : `only ${known.join(', ')}`
  throw new CommandError(`${name} has no section ${missing}; it has ${listed}`)
}

/** Unknown sections and keys can be the vendor's, or misspelt. */
function warnOfUnknown(sections: PolicySections): void {
  for (const { path, name, known } of findUnknownKeys(sections)) {
    const what = path === name ? 'section' : 'key'
    process.stderr.write(`The ${what} ${path} is kept, but not evaluated${suggest(name, known)}\n`)
  }
}

/** As the vendor's Admin API answers, with what it calls `policy_applies_to`. */
function policyJson(policy: Policy, attachments: readonly PolicyAttachment[]) {
  const own = attachments.filter(({ policyKey }) => policyKey === policy.policyKey)
  return {
    policy_key: policy.policyKey,
    policy_name: policy.name,
    is_global_policy: policy.isGlobal,
    sections: policy.sections,
    created: isoTime(policy.created),
    policy_applies_to: own.map(({ application, group }) => ({
      app_integration_key: application.ikey,
      app_name: application.name,
      apply_type: group === undefined ? 'app' : 'group_app',
      group_position: group?.position ?? null,
      groups: group === undefined ? [] : [{ group_id: group.groupId, name: group.name }],
    })),
  }
}

function readPosition(text: string): number {
  const position = Number(text)
  if (Number.isInteger(position) && position >= 1) return position
  throw new InvalidArgumentError('expected a number from 1 on')
}
