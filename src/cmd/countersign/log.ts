import { type Command, Option } from 'commander'
import { AdministratorLog } from '../../service/event_log/administrator_log.ts'
import { AuthenticationLog } from '../../service/event_log/authentication_log.ts'
import { CommandError, dataOptions, withStore } from './context.ts'
import { json, moment, seconds, table } from './output.ts'

interface LogOptions {
  readonly data: string
  readonly json: boolean
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
    .option('--limit <count>', 'how many', Number, 50)
    .action(authentication)
  dataOptions(log.command('administrator'))
    .description('what administrators did')
    .option('--limit <count>', 'how many', Number, 50)
    .action(administrator)
}

async function authentication(
  options: LogOptions & { user?: string; result?: string },
): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const events = await new AuthenticationLog(store).list({
      limit: checkedLimit(options.limit),
      ...(options.user === undefined ? {} : { username: options.user }),
      ...(options.result === undefined ? {} : { result: options.result }),
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

function checkedLimit(limit: number): number {
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new CommandError('--limit takes a whole number from 1 on')
}
