import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { silentLog } from '../../host/log.ts'
import { inviteUser } from '../../service/administration/acts/invitations.ts'
import { createUser } from '../../service/administration/acts/users.ts'
import type { DataLocation } from '../../service/config/data_location.ts'
import { createMailPort } from '../../service/messaging/mail_port.ts'
import { DeliveryError, type MailPort, type SenderName } from '../../service/messaging/messaging.ts'
import { Outbox } from '../../service/messaging/outbox/outbox.ts'
import { Invitations } from '../../service/people/enrolment/invitations.ts'
import { portalLink } from '../../service/people/enrolment/portal_links.ts'
import type { User } from '../../service/people/user.ts'
import { Users } from '../../service/people/users.ts'
import { invitationMail, type MailSender } from '../../service/self_service/notices.ts'
import type { Store } from '../../service/store/store.ts'
import { CommandError, type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { linkAddress } from './link_address.ts'
import { readMailOption } from './mail_option.ts'
import { loadSettings, mailSender } from './organisation.ts'
import { isoTime, json, moment } from './output.ts'

interface InviteOptions extends DataOptions {
  readonly email?: string
  readonly validHours?: number
  readonly printLink: boolean
  readonly new: boolean
}

const maxHours = 24 * 90

/** `countersign user invite`: sends a link to add a first device, or a new one after a loss. */
export function addInvite(user: Command): void {
  dataOptions(user.command('invite <username>'))
    .description('mail a link that lets the user add a device in the portal; creates a new user')
    .option('--email <address>', "recipient, instead of the user's own address", readMailOption)
    .option('--valid-hours <hours>', 'how long the link is valid (default: the setting)', readHours)
    .option('--new', 'create the user, even if the name is similar to a known one', false)
    .option('--print-link', 'print the link instead of sending mail', false)
    .action(invite)
}

async function invite(username: string, options: InviteOptions): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    const known = await knownUser(store, username, options)
    const address = await linkAddress({ store, location })
    const to = options.email ?? known?.email ?? ''
    const sender = mailSender(await loadSettings({ store, location }))
    const mail = options.printLink ? undefined : await createMail(location, sender, to)
    const hours = options.validHours
    const validSecs = hours === undefined ? undefined : hours * 3600
    const { user, invitation } = await administration.together(async (run) => {
      const invited = known ?? (await run(createUser, { username, email: options.email ?? '' }))
      return { user: invited, invitation: await run(inviteUser, { user: invited, validSecs }) }
    })
    const { username: name } = user
    const link = portalLink(address, invitation.code)
    const { expires } = invitation
    if (mail !== undefined) {
      await send(mail, sender, { to, name, link, hours: invitation.validSecs / 3600 })
      await store.transaction((db) =>
        new Invitations().mailed(invitation.code, to, systemClock.now(), { isReminder: false }, db),
      )
    }
    const creation = known === undefined ? `\nThe user ${name} was created.\n` : ''
    if (asJson) {
      const delivery = mail === undefined ? { enroll_portal_url: link } : { mailed_to: to }
      const created = known === undefined
      process.stdout.write(
        json({ username: name, created, ...delivery, expiration: isoTime(expires) }),
      )
    } else if (mail !== undefined) {
      process.stdout.write(`Invitation sent to ${to}; expires ${moment(expires)}\n${creation}`)
    } else {
      process.stdout.write(
        `\nGive this link to ${name} only. It works once; expires ${moment(expires)}:\n\n  ${link}\n${creation}`,
      )
    }
  })
}

/**
 * The user of that name; `undefined` for a new one.
 *
 * @throws {CommandError} for a new name that is similar to a known one, or that comes without an address:
 *   a misspelt name must not become a user.
 */
async function knownUser(
  store: Store,
  username: string,
  options: InviteOptions,
): Promise<User | undefined> {
  if (options.new) return await new Users().byName(username, store.db)
  try {
    return await userNamed(store, username)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    if (options.email !== undefined && !error.message.includes('did you mean')) return undefined
    throw new CommandError(
      `${error.message} (to create the user and invite them: countersign user invite ${username} --email ADDRESS --new)`,
    )
  }
}

async function send(
  mail: MailPort,
  sender: MailSender,
  {
    to,
    name,
    link,
    hours,
  }: {
    readonly to: string
    readonly name: string
    readonly link: string
    readonly hours: number
  },
): Promise<void> {
  try {
    await mail.send(invitationMail(to, name, link, hours, sender))
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    throw new CommandError(
      `the mail was not sent: ${error.message}; --print-link shows the link instead`,
    )
  }
}

async function createMail(
  location: DataLocation,
  sender: SenderName,
  to: string,
): Promise<MailPort> {
  if (to !== '') return await createInvitationMail(location, sender)
  throw new CommandError('the user has no mail address; give one with --email, or use --print-link')
}

/** @throws {CommandError} if the service can't send mail. */
export async function createInvitationMail(
  { folder, config }: DataLocation,
  sender: SenderName,
): Promise<MailPort> {
  const outbox = new Outbox(folder, systemClock)
  const mail = await createMailPort(config.mail, sender, outbox, silentLog).catch(
    (error: unknown) => {
      throw error instanceof DeliveryError ? new CommandError(error.message) : error
    },
  )
  if (mail !== undefined) return mail
  throw new CommandError(
    'mail is not configured; set up [mail] in countersign.cfg (given by --config), or use --print-link',
  )
}

function readHours(text: string): number {
  const hours = Number(text)
  if (Number.isInteger(hours) && hours >= 1 && hours <= maxHours) return hours
  throw new InvalidArgumentError(`expected 1 to ${maxHours} hours`)
}
