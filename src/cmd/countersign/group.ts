import { type Command, Option } from 'commander'
import {
  addMember,
  createGroup,
  deleteGroup,
  removeMember,
  updateGroup,
} from '../../service/administration/acts/groups.ts'
import { type GroupUses, groupUses } from '../../service/administration/group_uses.ts'
import { type Group, type GroupStatus, Groups, groupStatuses } from '../../service/people/groups.ts'
import type { User } from '../../service/people/user.ts'
import { pages } from '../../service/store/keyset.ts'
import type { Store } from '../../service/store/store.ts'
import {
  confirmed,
  type DataOptions,
  dataOptions,
  notFound,
  userNamed,
  withStore,
} from './context.ts'
import { json, type ListView, pageSize, printPages, show } from './output.ts'

/** `countersign group …` */
export function addGroupVerb(program: Command): void {
  const group = program
    .command('group')
    .description('groups of users; the status of a group overrides that of its members')
  const status = new Option('--status <status>', 'status of all members').choices(groupStatuses)
  dataOptions(group.command('add <name>'))
    .description('add a group')
    .addOption(
      new Option('--status <status>', 'status of all members')
        .choices(groupStatuses)
        .default('active'),
    )
    .option('--description <text>', 'purpose of the group', '')
    .action(add)
  dataOptions(group.command('list')).description('list all groups').action(list)
  dataOptions(group.command('edit <name>'))
    .description("change a group's status")
    .addOption(status.makeOptionMandatory())
    .action(edit)
  dataOptions(group.command('join <name> <username>'))
    .description('add a user to a group')
    .action(join)
  dataOptions(group.command('leave <name> <username>'))
    .description('remove a user from a group')
    .action(leave)
  dataOptions(group.command('remove <name>'))
    .description('remove a group; its members stay')
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
}

async function add(
  name: string,
  options: DataOptions & { status: GroupStatus; description: string },
): Promise<void> {
  await withStore(options, async ({ administration, json: asJson }) => {
    const group = await administration.run(createGroup, {
      name,
      status: options.status,
      description: options.description,
    })
    process.stdout.write(
      asJson ? json(groupJson(group)) : `${group.name} added (${group.groupId})\n`,
    )
  })
}

async function list(options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const groups = new Groups()
    const listed = pages((after) => groups.page({ limit: pageSize, after }, store.db))
    await printPages(listed, view, asJson)
  })
}

const view: ListView<Group> = {
  heads: ['GROUP', 'STATUS', 'DESCRIPTION'],
  row: ({ name, status, description }) => [name, status, description],
  json: groupJson,
  empty: 'There are no groups yet. Add one: countersign group add "Contractors"',
}

async function edit(name: string, options: DataOptions & { status: GroupStatus }): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const group = await groupNamed(store, name)
    await administration.run(updateGroup, { group, change: { status: options.status } })
    show(
      asJson,
      groupJson({ ...group, status: options.status }),
      `${group.name} is ${options.status}`,
    )
  })
}

async function join(name: string, username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const group = await groupNamed(store, name)
    const user = await userNamed(store, username)
    await administration.run(addMember, { group, user })
    show(asJson, memberJson(group, user, true), `${user.username} added to ${group.name}`)
  })
}

async function leave(name: string, username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const group = await groupNamed(store, name)
    const user = await userNamed(store, username)
    await administration.run(removeMember, { group, user })
    show(asJson, memberJson(group, user, false), `${user.username} removed from ${group.name}`)
  })
}

async function remove(
  name: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const group = await groupNamed(store, name)
    const uses = await groupUses(group.groupId, store, store.db)
    const policies = policyApplications(uses)
    await confirmed(removalQuestion(group, uses), options.yes)
    await administration.run(deleteGroup, { group })
    const removed = {
      ...groupJson(group),
      removed: true,
      members: uses.members,
      policies_in: policies,
      permitted_in: uses.permittedIn.map((application) => application.name),
    }
    show(asJson, removed, `${group.name} removed`)
  })
}

/** Names of the applications in which a policy applies to the group. */
function policyApplications({ policies }: GroupUses): string[] {
  return [...new Set(policies.map(({ application }) => application.name))]
}

function removalQuestion({ name, status }: Group, uses: GroupUses): string {
  const { members, permittedIn } = uses
  const policies = policyApplications(uses)
  return [
    `Remove group ${name}?`,
    ...(members === 0
      ? []
      : [members === 1 ? 'Its member stays a user.' : `Its ${members} members stay users.`]),
    ...(members === 0 || status === 'active'
      ? []
      : [`The status ${status} no longer applies to them.`]),
    ...(policies.length === 0
      ? []
      : [`Its policies in ${policies.join(', ')} no longer apply to its members.`]),
    ...(permittedIn.length === 0
      ? []
      : [
          `Membership no longer gives access to ${permittedIn.map((application) => application.name).join(', ')}.`,
        ]),
  ].join(' ')
}

/** The group of that name. @throws {CommandError} with the name that was probably meant. */
export async function groupNamed(store: Store, name: string): Promise<Group> {
  const groups = new Groups()
  const group = await groups.byName(name, store.db)
  if (group !== undefined) return group
  const known = pages((after) => groups.page({ limit: pageSize, after }, store.db))
  throw await notFound('group', name, known, (candidate) => candidate.name)
}

function groupJson({ groupId, name, status, description }: Group) {
  return { group_id: groupId, name, status, desc: description }
}

function memberJson({ groupId, name }: Group, { userId, username }: User, member: boolean) {
  return { group_id: groupId, name, user_id: userId, username, member }
}
