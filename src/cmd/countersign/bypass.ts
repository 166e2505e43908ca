import type { Command } from 'commander'
import { BypassCodes } from '../../service/directory/bypass_codes.ts'
import { CommandError, type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { json, moment, seconds, table } from './output.ts'

/** `countersign bypass …` */
export function addBypassVerb(program: Command): void {
  const bypass = program
    .command('bypass')
    .description('codes for users who have nothing else at hand')
  dataOptions(bypass.command('create <username>'))
    .description('make codes, which replace those there are; they are shown this once')
    .option('--count <count>', 'how many', Number, 10)
    .option('--reuse-count <count>', 'how often each may be used; 0 for unlimited', Number, 1)
    .option('--valid-secs <seconds>', 'how long; 0 for ever', Number, 0)
    .option('--preserve-existing', 'keep those there are', false)
    .action(create)
  dataOptions(bypass.command('list <username>'))
    .description('codes that are left; never the codes themselves')
    .action(list)
  dataOptions(bypass.command('remove <username>'))
    .description("remove all of a user's codes")
    .action(remove)
}

interface CreateOptions extends DataOptions {
  readonly count: number
  readonly reuseCount: number
  readonly validSecs: number
  readonly preserveExisting: boolean
}

async function create(username: string, options: CreateOptions): Promise<void> {
  const { count, reuseCount, validSecs, preserveExisting } = options
  const whole = [count, reuseCount, validSecs].every(
    (number) => Number.isInteger(number) && number >= 0,
  )
  if (!whole || count < 1)
    throw new CommandError('--count, --reuse-count and --valid-secs take whole numbers')
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const codes = await administration.together((acts) =>
      acts.createBypassCodes(user, { count, reuseCount, validSecs, preserveExisting }),
    )
    process.stdout.write(asJson ? json(codes) : codes.map((code) => `${code}\n`).join(''))
  })
}

async function list(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const user = await userNamed(store, username)
    const codes = await new BypassCodes(store).ofUser(user.userId)
    process.stdout.write(
      asJson
        ? json(
            codes.map(({ bypassCodeId, reuseCount, expires, created, createdBy }) => ({
              bypass_code_id: bypassCodeId,
              reuse_count: reuseCount,
              expiration: seconds(expires),
              created: seconds(created),
              created_by: createdBy,
            })),
          )
        : table(
            ['CODE', 'USES LEFT', 'EXPIRES', 'MADE', 'BY'],
            codes.map(({ bypassCodeId, reuseCount, expires, created, createdBy }) => [
              bypassCodeId,
              reuseCount ?? 'unlimited',
              moment(expires) || 'never',
              moment(created),
              createdBy,
            ]),
            `${user.username} has no bypass codes. Make some: countersign bypass create ${user.username}`,
          ),
    )
  })
}

async function remove(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration }) => {
    const user = await userNamed(store, username)
    await administration.together((acts) => acts.removeBypassCodes(user))
    process.stdout.write(`${user.username} has no bypass codes any more\n`)
  })
}
