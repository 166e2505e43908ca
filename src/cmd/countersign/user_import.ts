import { basename } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { errorText } from '../../host/error_text.ts'
import type { InvitationMailer } from '../../service/administration/acts/invitations.ts'
import { UserImport, type UserImportResult } from '../../service/administration/acts/user_import.ts'
import { Invitations } from '../../service/people/enrolment/invitations.ts'
import { portalLink } from '../../service/people/enrolment/portal_links.ts'
import { readUserFile, type UserFile } from '../../service/people/user_file/user_file.ts'
import { UserFileError } from '../../service/people/user_file/user_file_error.ts'
import { invitationMail } from '../../service/self_service/notices.ts'
import { CommandError, type Context, type DataOptions, dataOptions, withStore } from './context.ts'
import { readInput } from './input_file.ts'
import { createInvitationMail } from './invite.ts'
import { linkAddress } from './link_address.ts'
import { loadSettings, mailSender } from './organisation.ts'
import { json } from './output.ts'

interface ImportOptions extends DataOptions {
  readonly dryRun: boolean
  readonly invite: boolean
  readonly createGroups: boolean
}

const maxProblems = 50

/** `countersign user import` */
export function addUserImportVerb(user: Command): void {
  dataOptions(user.command('import <file>'))
    .description('create and update users from a CSV file, - for standard input')
    .option('--dry-run', 'only print what the import would change', false)
    .option('--invite', 'mail an enrolment link to the users who are not enrolled', false)
    .option('--create-groups', 'create the groups that do not exist', false)
    .action(importFile)
}

async function importFile(file: string, options: ImportOptions): Promise<void> {
  const name = file === '-' ? 'standard input' : basename(file)
  const read = await readFileFor(file, name)
  await withStore(options, async (context) => {
    const { store, administration, json: asJson } = context
    const { dryRun, createGroups } = options
    const invite = options.invite ? await createMailer(context) : undefined
    const onProgress = printProgress(read.rows.length)
    const importing = new UserImport(store, administration, systemClock, {
      dryRun,
      createGroups,
      invite,
      onProgress,
    })
    const { badLines, ...result } = await importing.run(read)
    if (asJson) {
      process.stdout.write(json({ dry_run: dryRun, ...result, bad_lines: badLines }))
    } else {
      printProblems(name, result.problems)
      process.stdout.write(summary(result, options))
    }
    if (result.problems.length > 0) process.exitCode = 1
  })
}

async function readFileFor(file: string, name: string): Promise<UserFile> {
  try {
    return await readUserFile(await readInput(file))
  } catch (error) {
    if (error instanceof UserFileError) throw new CommandError(`${name}: ${error.message}`)
    throw new CommandError(`the file can't be read: ${errorText(error)}`)
  }
}

async function createMailer({ store, location }: Context): Promise<InvitationMailer> {
  const address = await linkAddress({ store, location })
  const sender = mailSender(await loadSettings({ store, location }))
  const mail = await createInvitationMail(location, sender)
  return async ({ username }, to, { code, validSecs }, { isReminder }) => {
    const link = portalLink(address, code)
    await mail.send(invitationMail(to, username, link, Math.ceil(validSecs / 3600), sender))
    await store.transaction((db) =>
      new Invitations().mailed(code, to, systemClock.now(), { isReminder }, db),
    )
  }
}

/** Progress for a terminal; none for scripts. */
function printProgress(count: number): ((done: number) => void) | undefined {
  const { stderr } = process
  if (!stderr.isTTY) return undefined
  return (done) => {
    stderr.write(done < count ? `\r${done} of ${count} ` : '\r\u001b[K')
  }
}

function printProblems(name: string, problems: UserImportResult['problems']): void {
  for (const { line, column, what } of problems.slice(0, maxProblems)) {
    const place = column === '' ? `line ${line}` : `line ${line}, ${column}`
    process.stderr.write(`${name}: ${place}: ${what}\n`)
  }
  const more = problems.length - maxProblems
  if (more > 0) process.stderr.write(`${name}: and ${more} more; --json lists all\n`)
}

function summary(
  { created, updated, unchanged, invited, problems }: Omit<UserImportResult, 'badLines'>,
  { dryRun, invite }: ImportOptions,
): string {
  const counts = [
    `${created} created`,
    `${updated} updated`,
    `${unchanged} unchanged`,
    ...(invite ? [`${invited} invited`] : []),
    ...(problems.length > 0 ? [`${problems.length} not imported`] : []),
  ].join(', ')
  return dryRun ? `dry run: ${counts}; nothing was changed\n` : `imported: ${counts}\n`
}
