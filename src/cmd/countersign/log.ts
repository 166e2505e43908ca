import { type Command, Option } from 'commander'
import { AdministratorLog } from '../../service/event_log/administrator_log.ts'
import { AuthenticationLog } from '../../service/event_log/authentication_log.ts'
import { TelephonyLog } from '../../service/event_log/telephony_log.ts'
import { CommandError, type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { json, moment, seconds, table } from './output.ts'

interface LogOptions extends DataOptions {
  readonly limit: number
}

/** `countersign log …` */
export function addLogVerb(program: Command): void {
  const log = program.command('log').description('what happened, the newest first')
  dataOptions(log.command('authentication', { isDefault: true }))
    .description('who signed in, and who did not')
    .option('--user <username>', 'of this user only')
    .addOption(
      new Option('--result <result>', 'of this result only').choices([
        'success',
        'denied',
        'fraud',
      ]),
    )
    .option('--reason <reason>', 'of this reason only, such as look_alike_username')
    .option('--limit <count>', 'how many', Number, 50)
    .action(authentication)
  dataOptions(log.command('administrator'))
    .description('what administrators did')
    .option('--limit <count>', 'how many', Number, 50)
    .action(administrator)
  dataOptions(log.command('telephony'))
    .description('messages and calls, and what came of each')
    .option('--user <username>', 'to this user only')
    .option('--limit <count>', 'how many', Number, 50)
    .action(telephony)
}

async function authentication(
  options: LogOptions & { user?: string; result?: string; reason?: string },
): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const events = await new AuthenticationLog(store).list({
      limit: checkedLimit(options.limit),
      ...(options.user === undefined ? {} : { username: options.user }),
      ...(options.result === undefined ? {} : { result: options.result }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    })
    process.stdout.write(
      asJson
        ? json(
            events.map(({ userId, timestamp, ...event }) => ({
              timestamp: seconds(timestamp),
              user_id: userId,
              ...event,
            })),
          )
        : table(
            ['TIME', 'USER', 'APPLICATION', 'FACTOR', 'RESULT', 'REASON', 'ADDRESS'],
            events.map((event) => [
              moment(event.timestamp),
              event.username,
              event.application,
              event.factor,
              event.result,
              event.reason,
              event.ipaddr,
            ]),
            'Nobody has signed in yet.',
          ),
    )
  })
}

async function administrator(options: LogOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const events = await new AdministratorLog(store).list(checkedLimit(options.limit))
    process.stdout.write(
      asJson
        ? json(
            events.map(({ timestamp, ...event }) => ({ timestamp: seconds(timestamp), ...event })),
          )
        : table(
            ['TIME', 'WHO', 'ACTION', 'OBJECT', 'DESCRIPTION'],
            events.map(({ timestamp, actor, action, object, description }) => [
              moment(timestamp),
              actor,
              action,
              object,
              description,
            ]),
            'No administrator has done anything yet.',
          ),
    )
  })
}

async function telephony(options: LogOptions & { user?: string }): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const user = options.user === undefined ? undefined : await userNamed(store, options.user)
    const events = await new TelephonyLog(store).list({
      limit: checkedLimit(options.limit),
      ...(user === undefined ? {} : { userId: user.userId }),
    })
    if (asJson) {
      const shown = events.map(({ userId, timestamp, ...event }) => ({
        timestamp: seconds(timestamp),
        user_id: userId,
        ...event,
      }))
      process.stdout.write(json(shown))
      return
    }
    const heads = ['TIME', 'KIND', 'NUMBER', 'FOR', 'PROVIDER', 'RESULT', 'DETAIL']
    const rows = events.map((event) => [
      moment(event.timestamp),
      event.type,
      event.number,
      event.context,
      event.provider,
      event.result,
      event.detail,
    ])
    process.stdout.write(table(heads, rows, 'No message has been sent yet, and nobody called.'))
  })
}

function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new CommandError('--limit takes a whole number from 1 on')
}
