import * as z from 'zod'
import type { Clock } from '../../../../host/clock.ts'
import { Secret } from '../../../../host/secret.ts'
import { importTokenFile, readTokenFile } from '../../../administration/acts/token_file_import.ts'
import { preSharedKey } from '../../../authenticators/token_files/pskc_protection.ts'
import { TokenFileError } from '../../../authenticators/token_files/token_file_error.ts'
import type { Store } from '../../../store/store.ts'
import { InvalidInput } from './admin_failure.ts'
import type { AdminRoutes } from './admin_routes.ts'

const maxFileBytes = 8 * 2 ** 20
/** Base64 adds a third. */
const maxBodyBytes = 12 * 2 ** 20
const maxListed = 500
const defaultStepSecs = 30

const importBody = z.object({
  file_name: z.string().max(255),
  /** The file in base64. */
  content: z.base64(),
  /** Only says what the import would do. */
  dry_run: z.boolean(),
  /** What happens to tokens whose serial exists already. */
  duplicates: z.enum(['refuse', 'skip', 'replace']).default('skip'),
  /** Imports the valid tokens although others have errors. */
  skip_invalid: z.boolean().default(false),
  /** The kind of the tokens of a CSV file that does not say it. */
  kind: z.enum(['hotp-6', 'hotp-8', 'totp-6', 'totp-8']).optional(),
  step_secs: z.number().int().min(10).max(300).default(defaultStepSecs),
  /** Unlock an encrypted PSKC file. */
  password: z.string().max(1024).optional(),
  key: z.string().max(1024).optional(),
})
type ImportBody = z.infer<typeof importBody>

/**
 * Adds the import of hardware tokens: CSV, PSKC (RFC 6030) or the YubiKey personalisation tool's log.
 *
 * `POST tokens/import` answers `{ format, dry_run, added, replaced, skipped, assigned, unassigned: [{
 * serial, username, reason }], serials: { added, existing }, shared_secrets: [{ serial, other }], notes,
 * problems: [{ where, what }], problem_count }` with counts; a list has 500 entries at most. Nothing is
 * imported if there are problems, unless `skip_invalid`. `shared_secrets` is for a dry run only: tokens
 * whose secret another token has too.
 */
export function addTokenImportRoutes(routes: AdminRoutes, store: Store, clock: Clock): void {
  routes.act({
    method: 'POST',
    path: 'tokens/import',
    body: importBody,
    bodyLimit: maxBodyBytes,
    answer: async ({ body, administration }) => {
      const file = readFile(body, clock.now())
      const refused = file.problems.length > 0 && !body.skip_invalid && !body.dry_run
      if (refused) {
        throw new InvalidInput('content', 'Some tokens of this file have errors. Preview it first.')
      }
      const taken = await importTokenFile(administration, file, {
        onDuplicate: body.duplicates,
        dryRun: body.dry_run,
      })
      // after the import, which has checked the permit
      const shared = body.dry_run ? await file.sharedSecrets(store) : []
      return {
        format: file.format,
        dry_run: body.dry_run,
        added: taken.added.length,
        replaced: taken.replaced.length,
        skipped: taken.skipped.length,
        assigned: taken.assigned.length,
        unassigned: taken.unassigned.slice(0, maxListed),
        serials: {
          added: taken.added.slice(0, maxListed),
          existing: [...taken.replaced, ...taken.skipped].slice(0, maxListed),
        },
        shared_secrets: shared.slice(0, maxListed),
        notes: file.notes.slice(0, maxListed),
        problems: file.problems.slice(0, maxListed),
        problem_count: file.problems.length,
      }
    },
  })
}

function readFile(body: ImportBody, now: number) {
  const { content, file_name, kind, step_secs, password = '', key = '' } = body
  const octets = Buffer.from(content, 'base64')
  if (octets.length > maxFileBytes) {
    throw new InvalidInput('content', `The file is larger than ${maxFileBytes / 2 ** 20} MB.`)
  }
  try {
    const csv = {
      kind: kind === undefined ? undefined : kind.startsWith('totp') ? 'totp' : 'hotp',
      digits: kind === undefined ? undefined : kind.endsWith('8') ? 8 : 6,
      algorithm: undefined,
      stepSecs: step_secs,
    } as const
    const unlock =
      key !== ''
        ? preSharedKey(Buffer.from(key))
        : password !== ''
          ? ({ kind: 'password', password: new Secret(password) } as const)
          : undefined
    return readTokenFile(octets, file_name, { csv, unlock, now })
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error
    throw new InvalidInput(toField(error), `${file_name}: ${error.message}.`)
  }
}

/** The field that mends the error. */
function toField({ code }: TokenFileError): string {
  if (code === 'TOKEN_FILE_KEY_NEEDED') return 'key'
  if (code === 'TOKEN_FILE_PASSWORD_NEEDED' || code === 'TOKEN_FILE_WRONG_KEY') return 'password'
  return 'content'
}
