import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../host/clock.ts'
import {
  createBypassCodes,
  deleteBypassCodes,
} from '../../service/administration/acts/bypass_codes.ts'
import { BypassCodes } from '../../service/authenticators/bypass/bypass_codes.ts'
import { type DataOptions, dataOptions, userNamed, withStore } from './context.ts'
import { readCount, readDuration } from './duration.ts'
import { isoTime, json, moment, show, table } from './output.ts'

/** How long codes work by default. */
export const bypassValidSecs = 86_400

/** `countersign bypass …` */
export function addBypassVerb(program: Command): void {
  const bypass = program
    .command('bypass')
    .description('passcodes for users who cannot use their devices')
  dataOptions(bypass.command('create <username>'))
    .description(
      'create a code to read out to the user; it replaces earlier bypass codes and is shown only once',
    )
    .option('--count <count>', 'number of codes', readCount, 1)
    .option(
      '--reuse-count <count>',
      'number of times each code works; 0 for unlimited',
      readUses,
      1,
    )
    .option(
      '--valid-for <duration>',
      'how long the codes are valid, such as 30m, 24h or 3d; 0 for no limit (default: 24h)',
      readDuration,
    )
    .option('--preserve-existing', 'keep the existing codes of the user', false)
    .action(create)
  dataOptions(bypass.command('list <username>'))
    .description('list bypass and recovery codes that are still valid, without their digits')
    .action(list)
  dataOptions(bypass.command('remove <username>'))
    .description(
      "remove a user's bypass codes, and the recovery codes that they made in the portal",
    )
    .action(remove)
}

interface CreateOptions extends DataOptions {
  readonly count: number
  readonly reuseCount: number
  readonly validFor?: number
  readonly preserveExisting: boolean
}

async function create(username: string, options: CreateOptions): Promise<void> {
  const { count, reuseCount, preserveExisting, validFor: validSecs = bypassValidSecs } = options
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const expires = validSecs === 0 ? null : systemClock.now() + validSecs * 1000
    const { codes, replaced, recoveryCodes } = await administration.run(createBypassCodes, {
      user,
      codes: { count, reuseCount, validSecs, preserveExisting },
    })
    if (asJson) {
      const uses = reuseCount === 0 ? null : reuseCount
      const shown = { username: user.username, codes, uses, expiration: isoTime(expires), replaced }
      process.stdout.write(json({ ...shown, recovery_codes: recoveryCodes }))
      return
    }
    process.stdout.write(
      `${codes.map((code) => `${code}\n`).join('')}\n${manner(count, reuseCount, expires)}\n`,
    )
    if (replaced > 0) {
      const earlier = replaced === 1 ? 'the code' : `the ${replaced} codes`
      const verb = replaced === 1 ? 'works' : 'work'
      process.stdout.write(
        `${earlier} that ${user.username} had no longer ${verb} (--preserve-existing keeps existing codes)\n`,
      )
    }
    if (recoveryCodes > 0) {
      process.stdout.write(
        `${countOf(recoveryCodes, 'recovery code')} that ${user.username} made in the portal still ${recoveryCodes === 1 ? 'works' : 'work'}\n`,
      )
    }
  })
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** How often and how long the codes work. */
function manner(count: number, uses: number, expires: number | null): string {
  const subject = count === 1 ? 'the code works' : 'each code works'
  const often = uses === 0 ? 'any number of times' : uses === 1 ? 'once' : `${uses} times`
  return `${subject} ${often}, ${expires === null ? 'without expiry' : `until ${moment(expires)}`}`
}

async function list(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, json: asJson }) => {
    const user = await userNamed(store, username)
    const codes = await new BypassCodes(store).ofUser(user.userId, store.db)
    process.stdout.write(
      asJson
        ? json(
            codes.map(({ bypassCodeId, kind, reuseCount, expires, created, createdBy }) => ({
              bypass_code_id: bypassCodeId,
              kind,
              reuse_count: reuseCount,
              expiration: isoTime(expires),
              created: isoTime(created),
              created_by: createdBy,
            })),
          )
        : table(
            ['CODE ID', 'KIND', 'USES LEFT', 'EXPIRES', 'CREATED', 'BY'],
            codes.map(({ bypassCodeId, kind, reuseCount, expires, created, createdBy }) => [
              bypassCodeId,
              kind,
              reuseCount ?? 'unlimited',
              moment(expires) || 'never',
              moment(created),
              createdBy,
            ]),
            `${user.username} has no bypass codes. Create one: countersign bypass create ${user.username}`,
          ),
    )
  })
}

async function remove(username: string, options: DataOptions): Promise<void> {
  await withStore(options, async ({ store, administration, json: asJson }) => {
    const user = await userNamed(store, username)
    const { bypass, recovery } = await administration.run(deleteBypassCodes, { user })
    show(
      asJson,
      { username: user.username, bypass_codes: 0, recovery_codes: 0 },
      `${countOf(bypass, 'bypass code')} and ${countOf(recovery, 'recovery code')} of ${user.username} removed`,
    )
  })
}

function readUses(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected an integer; 0 for unlimited')
}
