import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { silentLog } from '../../host/log.ts'
import { inviteUser } from '../../service/administration/acts/invitations.ts'
import type { DataLocation } from '../../service/config/data_location.ts'
import { createMailPort } from '../../service/messaging/mail_port.ts'
import { DeliveryError, type MailPort } from '../../service/messaging/messaging.ts'
import { Outbox } from '../../service/messaging/outbox/outbox.ts'
import { portalLink } from '../../service/people/enrolment/portal_links.ts'
import type { User } from '../../service/people/user.ts'
import { Users } from '../../service/people/users.ts'
import { invitationMail } from '../../service/self_service/notices.ts'
import type { Store } from '../../service/store/store.ts'
import { CommandError, type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { linkAddress } from './link_address.ts'
import { readMailOption } from './mail_option.ts'
import { isoTime, json, moment } from './output.ts'

interface InviteOptions extends DataOptions {
  readonly email?: string
  readonly validHours: number
  readonly printLink: boolean
  readonly new: boolean
}

const hourMs = 3_600_000
const maxHours = 24 * 90

/** `countersign user invite`: sends a link to add a first device, or a new one after a loss. */
export function addInvite(user: Command): void {
  dataOptions(user.command('invite <username>'))
    .description('mail a link that lets the user add a device in the portal')
    .option('--email <address>', "recipient, instead of the user's own address", readMailOption)
    .option('--valid-hours <hours>', 'how long the link is valid', readHours, 72)
    .option('--new', 'allow an unknown name; adding the first device creates the user', false)
    .option('--print-link', 'print the link instead of sending mail', false)
    .action(invite)
}

async function invite(username: string, options: InviteOptions): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    const user = options.new
      ? await new Users().byName(username, store.db)
      : await knownUser(store, username)
    const address = await linkAddress({ store, location })
    const to = options.email ?? user?.email ?? ''
    const mail = options.printLink ? undefined : await createMail(location, to)
    const name = user?.username ?? username.trim()
    const hours = options.validHours
    const code = await administration.run(inviteUser, {
      username: name,
      userId: user?.userId ?? null,
      validSecs: hours * 3600,
    })
    const link = portalLink(address, code)
    const expires = systemClock.now() + hours * hourMs
    if (mail !== undefined) await send(mail, { to, name, link, hours })
    const creation =
      user === undefined ? `\nAdding the first device creates the user ${name}.\n` : ''
    if (asJson) {
      const delivery = mail === undefined ? { enroll_portal_url: link } : { mailed_to: to }
      process.stdout.write(json({ username: name, ...delivery, expiration: isoTime(expires) }))
    } else if (mail !== undefined) {
      process.stdout.write(`Invitation sent to ${to}; expires ${moment(expires)}\n${creation}`)
    } else {
      process.stdout.write(
        `\nGive this link to ${name} only. It works once; expires ${moment(expires)}:\n\n  ${link}\n${creation}`,
      )
    }
  })
}

/** Finds the user, so that an invitation to a misspelt name does not create one. */
async function knownUser(store: Store, username: string): Promise<User> {
  try {
    return await userNamed(store, username)
  } catch (error) {
    if (!(error instanceof CommandError)) throw error
    throw new CommandError(
      `${error.message} (to add one: countersign user add ${username}; with --new, adding the first device creates the user)`,
    )
  }
}

async function send(
  mail: MailPort,
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
    await mail.send(invitationMail(to, name, link, hours))
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error
    throw new CommandError(
      `the mail was not sent: ${error.message}; --print-link shows the link instead`,
    )
  }
}

async function createMail({ folder, config }: DataLocation, to: string): Promise<MailPort> {
  if (to === '') {
    throw new CommandError(
      'the user has no mail address; give one with --email, or use --print-link',
    )
  }
  const outbox = new Outbox(folder, systemClock)
  const mail = await createMailPort(config.mail, outbox, silentLog).catch((error: unknown) => {
    throw error instanceof DeliveryError ? new CommandError(error.message) : error
  })
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
