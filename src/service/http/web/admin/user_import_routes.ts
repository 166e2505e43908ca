import * as z from 'zod'
import type { InvitationMailer } from '../../../administration/acts/invitations.ts'
import { UserImport } from '../../../administration/acts/user_import.ts'
import type { Jobs } from '../../../administration/jobs.ts'
import { readUserFile, type UserFile } from '../../../people/user_file/user_file.ts'
import { UserFileError } from '../../../people/user_file/user_file_error.ts'
import { InvalidInput } from './admin_failure.ts'
import type { AdminRoutes } from './admin_routes.ts'
import { jobJson } from './job_routes.ts'
import type { PeopleRoutes } from './people_routes.ts'

/** A file of 8 MB in base64. */
const maxBodyBytes = 12 * 2 ** 20
const maxProblems = 500

const importBody = z.object({
  file_name: z.string().max(255),
  /** The CSV file in base64. */
  content: z.base64(),
  /** Only says what the import would do. */
  dry_run: z.boolean(),
  create_groups: z.boolean().default(false),
  /** Mails an enrolment link to the users of the file who are not enrolled. */
  invite: z.boolean().default(false),
})

/**
 * Adds the import of users from a CSV file; its columns are in docs/users.md.
 *
 * `POST users/import` `{ file_name, content, dry_run, create_groups?, invite? }` → job. The result of the
 * job is `{ file_name, dry_run, lines, created, updated, unchanged, invited, problems: [{ line, column,
 * what }], problem_count }`, with 500 problems at most; its file has the lines with problems as CSV, to
 * correct and import again. A file that can't be read at all is answered `invalid`, field `content`.
 */
export function addUserImportRoutes(
  routes: AdminRoutes,
  { store, clock }: PeopleRoutes,
  jobs: Jobs,
  sendMail: InvitationMailer | undefined,
): void {
  routes.act({
    method: 'POST',
    path: 'users/import',
    body: importBody,
    bodyLimit: maxBodyBytes,
    answer: async ({ body, administration, admin }) => {
      administration.require('users.create', 'an import of users')
      if (body.invite) administration.require('users.invite', 'invitations')
      if (body.invite && sendMail === undefined) {
        throw new InvalidInput(
          'invite',
          'The service can’t send mail: the section [mail] of countersign.cfg is missing. Import without invitations.',
        )
      }
      const file = await readFile(body.content)
      const { dry_run: dryRun, create_groups: createGroups } = body
      const invite = body.invite ? sendMail : undefined
      const job = { adminId: admin.adminId, kind: 'user_import', total: file.rows.length }
      const started = await jobs.start(job, async (onProgress) => {
        const options = { dryRun, createGroups, invite, onProgress }
        const importing = new UserImport(store, administration, clock, options)
        const { badLines, problems, ...counts } = await importing.run(file)
        return {
          result: {
            file_name: body.file_name,
            dry_run: dryRun,
            ...counts,
            problems: problems.slice(0, maxProblems),
            problem_count: problems.length,
          },
          ...(problems.length > 0 ? { file: { name: 'bad-lines.csv', content: badLines } } : {}),
        }
      })
      return jobJson(started)
    },
  })
}

async function readFile(content: string): Promise<UserFile> {
  try {
    return await readUserFile(Buffer.from(content, 'base64'))
  } catch (error) {
    if (!(error instanceof UserFileError)) throw error
    const { message } = error
    throw new InvalidInput('content', `${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
  }
}
