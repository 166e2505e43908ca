import { type Command, InvalidArgumentError } from 'commander'
import { renderUnicodeCompact } from 'uqr'
import {
  activatePhone,
  addPhone,
  deletePhone,
  reorderPhones,
} from '../../service/administration/acts/phones.ts'
import { type Phone, Phones } from '../../service/authenticators/phone/phones.ts'
import {
  CommandError,
  confirmed,
  type DataOptions,
  dataOptions,
  userNamed,
  withStore,
} from './context.ts'
import { linkAddress } from './link_address.ts'
import { isoTime, json, moment, show, table } from './output.ts'

const hourSecs = 3600
const maxHours = 24 * 365

/** `countersign phone …` */
export function addPhoneVerb(program: Command): void {
  const phone = program
    .command('phone')
    .description("users' phones; push2 is the second one in the list")
  dataOptions(phone.command('add <username>'))
    .description("add a phone at the end of the user's list")
    .option('--number <number>', 'international, like +15550101234')
    .option('--name <name>', 'name of the phone')
    .option('--platform <platform>', 'iOS, Android, …')
    .action(add)
  dataOptions(phone.command('list <username>'))
    .description("list a user's phones in order")
    .action(list)
  dataOptions(phone.command('reorder <username> <phone-id...>'))
    .description('set the order of the phones')
    .action(reorder)
  dataOptions(phone.command('activate <phone-id>'))
    .description('create a one-time link that connects the push app on the phone')
    .option('--valid-hours <hours>', 'how long the link is valid', readHours, 24)
    .action(activate)
  dataOptions(phone.command('remove <phone-id>'))
    .description('remove a phone')
    .option('--yes', 'do not ask for confirmation', false)
    .action(remove)
}

async function add(
  username: string,
  options: DataOptions & {
    readonly number?: string
    readonly name?: string
    readonly platform?: string
  },
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const { number = '', name = '', platform = '' } = options
    const added = await administration.run(addPhone, {
      user,
      phone: { number, name, platform },
    })
    process.stdout.write(
      asJson ? json(phoneJson(added)) : `${added.phoneId} added to ${user.username}\n`,
    )
  })
}

async function list(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const user = await userNamed(store, username)
    const phones = await new Phones().ofUser(user.userId, store.db)
    process.stdout.write(
      asJson
        ? json(phones.map(phoneJson))
        : table(
            ['', 'PHONE', 'NUMBER', 'NAME', 'PLATFORM', 'PUSH'],
            phones.map(({ phoneId, number, name, platform, pushActivated }, index) => [
              index + 1,
              phoneId,
              number,
              name,
              platform,
              pushActivated ? 'activated' : '',
            ]),
            `${user.username} has no phones. Add one: countersign phone add ${user.username} --number +15550101234`,
          ),
    )
  })
}

async function reorder(
  username: string,
  phoneIds: readonly string[],
  options: DataOptions,
): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const own = (await new Phones().ofUser(user.userId, store.db)).map(({ phoneId }) => phoneId)
    if (own.length !== phoneIds.length || !own.every((phoneId) => phoneIds.includes(phoneId))) {
      throw new CommandError(`list each of ${user.username}'s phones once: ${own.join(' ')}`)
    }
    await administration.run(reorderPhones, { user, phoneIds })
    show(
      asJson,
      { username: user.username, phone_ids: phoneIds },
      `phones of ${user.username} reordered`,
    )
  })
}

async function activate(
  phoneId: string,
  options: DataOptions & { readonly validHours: number },
): Promise<void> {
  await withStore(options, async ({ store, location, administration, json: asJson }) => {
    const phone = await new Phones().byId(phoneId, store.db)
    if (phone === undefined) throw noSuchPhone(phoneId)
    const address = await linkAddress({ store, location })
    const { code, expires } = await administration.run(activatePhone, {
      phone,
      validSecs: options.validHours * hourSecs,
    })
    const url = `${address}/activate/${code}`
    process.stdout.write(
      asJson
        ? json({ activation_url: url, expiration: isoTime(expires) })
        : `\nScan this with the phone, or open the link on it. It works once; expires ${moment(expires)}:\n\n${renderUnicodeCompact(url, { border: 2 })}\n\n${url}\n`,
    )
  })
}

async function remove(
  phoneId: string,
  options: DataOptions & { readonly yes: boolean },
): Promise<void> {
  await withStore(options, async ({ administration, json: asJson }) => {
    await confirmed(`Remove phone ${phoneId}?`, options.yes)
    const removed = await administration.run(deletePhone, { phoneId })
    if (!removed) throw noSuchPhone(phoneId)
    show(asJson, { phone_id: phoneId, removed: true }, `${phoneId} removed`)
  })
}

function noSuchPhone(phoneId: string): CommandError {
  return new CommandError(`there is no phone ${phoneId}; see countersign phone list USERNAME`)
}

function readHours(text: string): number {
  const hours = Number(text)
  if (Number.isInteger(hours) && hours >= 1 && hours <= maxHours) return hours
  throw new InvalidArgumentError(`expected 1 to ${maxHours} hours`)
}

function phoneJson({ phoneId, number, name, platform, pushActivated }: Phone) {
  return { phone_id: phoneId, number, name, platform, push_activated: pushActivated }
}
