import { writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Command } from 'commander'
import { AdminApiError, readUsers } from '../duo_export/admin_api.ts'
import { exportUser } from '../duo_export/exported_user.ts'
import { userCsv } from '../duo_export/user_csv.ts'
import { systemClock } from '../host/clock.ts'
import { Secret } from '../host/secret.ts'
import { version } from '../host/version.ts'

interface Options {
  readonly host: string
  readonly ikey: string
  readonly out: string
}

await new Command('duo_export')
  .description(
    'Exports the users of a Duo account over its Admin API, into a file for countersign user import. ' +
      'The secret key comes from the environment variable DUO_SKEY or from standard input.',
  )
  .requiredOption('--host <name>', 'API hostname of the Admin API application')
  .requiredOption('--ikey <key>', 'its integration key; it needs the permission to read resources')
  .option('--out <file>', 'file to create, readable only by you', 'users.csv')
  .version(version)
  .action(async (options: Options) => {
    try {
      await exportUsers(options)
    } catch (error) {
      if (!(error instanceof AdminApiError || isFileError(error))) throw error
      process.stderr.write(`duo_export: ${error.message}\n`)
      process.exitCode = 1
    }
  })
  .parseAsync()

async function exportUsers({ host, ikey, out }: Options): Promise<void> {
  const skey = (process.env.DUO_SKEY ?? (await text(process.stdin))).trim()
  if (skey === '') throw new AdminApiError('the secret key is missing: set DUO_SKEY')
  const users: ReadonlyMap<string, string>[] = []
  let deleted = 0
  let phonesLeftOut = 0
  let tokensLeftOut = 0
  const pages = readUsers({
    host,
    ikey,
    skey: new Secret(skey),
    clock: systemClock,
    waiting: (reason, secs) => {
      process.stderr.write(`${host}: ${reason}; trying again in ${secs} s\n`)
    },
  })
  for await (const page of pages) {
    for (const object of page) {
      const user = exportUser(object)
      if (user === undefined) deleted++
      else {
        users.push(user.cells)
        phonesLeftOut += user.phonesLeftOut
        tokensLeftOut += user.tokensLeftOut
      }
    }
    process.stderr.write(`${users.length} users\n`)
  }
  writeFileSync(out, userCsv(users), { mode: 0o600, flag: 'wx' })
  const notes = [
    deleted === 0 ? '' : `Left out: ${deleted} users who are pending deletion.\n`,
    phonesLeftOut === 0 ? '' : `Left out: ${phonesLeftOut} phones and tablets without a number.\n`,
    tokensLeftOut === 0
      ? ''
      : `Left out: ${tokensLeftOut} hardware tokens that work only with Duo.\n`,
  ]
  process.stdout.write(
    `${out}: ${users.length} users\n${notes.join('')}Check it next: countersign user import ${out} --create-groups --dry-run\n`,
  )
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
