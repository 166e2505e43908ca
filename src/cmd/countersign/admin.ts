import { isCancel, select } from '@clack/prompts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  createAdministrator,
  createFirstOwnerLink,
  maxActivationDays,
  resetAdministrator,
} from '../../service/administration/acts/administrators.ts'
import type { Administrator } from '../../service/administrators/administrator.ts'
import { Administrators } from '../../service/administrators/administrators.ts'
import { administratorLink, type CreatedLink } from '../../service/administrators/links.ts'
import { pages } from '../../service/store/keyset.ts'
import { CommandError, type DataOptions, dataOptions, notFound, withStore } from './context.ts'
import { firstOwnerText } from './first_owner.ts'
import { adminLinkAddress } from './link_address.ts'
import { isoTime, json, type ListView, moment, pageSize, printPages } from './output.ts'

/** `countersign admin …` */
export function addAdminVerb(program: Command): void {
  const admin = program.command('admin').description('administrators of the panel')
  dataOptions(admin.command('create <email>'))
    .description('add an administrator, and print the link that activates the account')
    .option('--name <name>', 'name of the person (default: the address)')
    .addOption(new Option('--role <role>', 'name of a role').default('Owner'))
    .option('--valid-days <days>', 'how long the link is valid', readDays, 7)
    .action(create)
  dataOptions(admin.command('link'))
    .description('while there is no administrator, print a new link for the first owner')
    .action(linkFirstOwner)
  dataOptions(admin.command('reset <email>'))
    .description(
      'after a lost password or second factor, end the sessions, remove what was lost, and print a link that replaces it; for an invited administrator, print a new link',
    )
    .option('--password', 'the password was lost', false)
    .option('--factors', 'the second factors were lost; all of them are removed', false)
    .option('--valid-days <days>', 'how long the link is valid', readDays, 1)
    .action(reset)
  dataOptions(admin.command('list')).description('list all administrators').action(list)
}

async function create(
  email: string,
  options: DataOptions & {
    readonly name?: string
    readonly role: string
    readonly validDays: number
  },
): Promise<void> {
  await withStore(options, async (context) => {
    const address = await adminLinkAddress(context)
    const { name = email, role, validDays } = options
    const { administrator, link } = await context.administration.run(createAdministrator, {
      email,
      name,
      role,
      validDays,
    })
    printLink(administrator, link, { address, asJson: context.json })
  })
}

async function linkFirstOwner(options: DataOptions): Promise<void> {
  await withStore(options, async (context) => {
    if (await new Administrators().any(context.store.db)) {
      throw new CommandError(
        "there is an administrator already; add another with 'countersign admin create EMAIL', or replace a lost password or second factor with 'countersign admin reset EMAIL'",
      )
    }
    const address = await adminLinkAddress(context)
    const link = await context.administration.run(createFirstOwnerLink, {})
    process.stdout.write(
      context.json ? json(linkJson(link, address)) : firstOwnerText(link, address),
    )
  })
}

async function reset(
  email: string,
  {
    password,
    factors,
    validDays,
    ...options
  }: DataOptions & {
    readonly password: boolean
    readonly factors: boolean
    readonly validDays: number
  },
): Promise<void> {
  await withStore(options, async (context) => {
    const administrators = new Administrators()
    const { db } = context.store
    const administrator = await administrators.byEmail(email, db)
    if (administrator === undefined) {
      const known = pages((after) => administrators.page({ limit: pageSize, after }, db))
      throw await notFound('administrator', email, known, (one) => one.email)
    }
    const address = await adminLinkAddress(context)
    const isChosen = password || factors || administrator.status === 'pending_activation'
    const lost = isChosen ? { password, factors } : await askWhatWasLost(administrator)
    const { link } = await context.administration.run(resetAdministrator, {
      adminId: administrator.adminId,
      email: administrator.email,
      ...lost,
      validDays,
    })
    printLink(administrator, link, { address, asJson: context.json })
  })
}

/** @throws {CommandError} without a terminal, or if the person cancels. */
async function askWhatWasLost({
  email,
}: Administrator): Promise<{ readonly password: boolean; readonly factors: boolean }> {
  if (!process.stdin.isTTY) {
    throw new CommandError('say what was lost: --password, --factors or both')
  }
  const lost = await select({
    message: `What has ${email} lost? All sessions end.`,
    options: [
      { value: 'factors', label: 'The second factor', hint: 'the link asks for the password' },
      { value: 'password', label: 'The password', hint: 'the second factor is still needed' },
      { value: 'both', label: 'Both' },
    ],
  })
  if (isCancel(lost)) throw new CommandError('nothing was changed')
  return { password: lost !== 'factors', factors: lost !== 'password' }
}

function printLink(
  administrator: Administrator,
  link: CreatedLink,
  { address, asJson }: { readonly address: string; readonly asJson: boolean },
): void {
  const activation = linkJson(link, address)
  process.stdout.write(
    asJson
      ? json({ ...administratorJson(administrator), ...activation })
      : `\nGive this link to ${administrator.email} only. It works once; expires ${moment(link.expires)}:\n\n  ${activation.activation_url}\n`,
  )
}

function linkJson({ code, expires }: CreatedLink, address: string) {
  return { activation_url: administratorLink(address, code), expiration: isoTime(expires) }
}

async function list(options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const administrators = new Administrators()
    const listed = pages((after) => administrators.page({ limit: pageSize, after }, store.db))
    await printPages(listed, view, asJson)
  })
}

const view: ListView<Administrator> = {
  heads: ['EMAIL', 'NAME', 'ROLE', 'STATUS', 'LAST SIGN-IN'],
  row: ({ email, name, role, status, lastLogin }) => [
    email,
    name,
    role,
    status,
    lastLogin === null ? 'never' : moment(lastLogin),
  ],
  json: administratorJson,
  empty: 'There are no administrators yet. Become the first owner: countersign admin link',
}

function administratorJson({ adminId, email, name, role, status, lastLogin }: Administrator) {
  return {
    admin_id: adminId,
    email,
    name,
    role,
    status,
    last_login: lastLogin === null ? null : isoTime(lastLogin),
  }
}

function readDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= maxActivationDays) return days
  throw new InvalidArgumentError(`expected 1 to ${maxActivationDays} days`)
}
