import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const keys = z.object({ ikey: z.string(), skey: z.string() })

const firstRunSchema = z.object({
  service: z.object({
    api_host: z.string(),
    api_port: z.number(),
    ca_file: z.string(),
    admin_url: z.string().optional(),
    portal_url: z.string().optional(),
    push_app_url: z.string().optional(),
    /** The page of the panel with test messages and calls. */
    outbox_url: z.string().optional(),
  }),
  /** The first owner; none if the data had an administrator before. */
  admin: z.object({ email: z.string(), password: z.string(), totp_uri: z.string() }).optional(),
  radius: z.object({
    host: z.string(),
    port: z.number(),
    secret: z.string(),
    cfg_file: z.string(),
  }),
  integrations: z.object({ radius: keys, auth_api: keys, unix: keys, admin_api: keys }),
  users: z.array(
    z.object({
      username: z.string(),
      /** In the simulated directory; none in folders of earlier versions, until the next start. */
      password: z.string().optional(),
      totp_uri: z.string(),
      hotp_uri: z.string(),
      bypass_codes: z.array(z.string()),
      /** For the first phone, until it is activated. */
      push_activation_url: z.string().optional(),
    }),
  ),
  /** The simulated directory of WorkSpaces. */
  directory: z
    .object({
      /** For `--directory` of `workspaces` and the AWS CLI; absent until the directory has started. */
      id: z.string().optional(),
      url: z.string(),
      sign_in_url: z.string(),
      /** For AWS's clients, as `--endpoint-url`. */
      api_url: z.string(),
    })
    .optional(),
})

/** What `countersign up` created, for scripts and for the next start. Contains secrets: mode 0600. */
export type FirstRun = z.infer<typeof firstRunSchema>

/** Thrown if the data of an earlier start can't be used. */
export class FirstRunError extends Error {
  override readonly name = 'FirstRunError'
}

export function firstRunFile(folder: string): string {
  return join(folder, 'first-run.json')
}

/** @returns What an earlier start created; `undefined` in a new folder. */
export function readFirstRun(folder: string): FirstRun | undefined {
  const file = firstRunFile(folder)
  if (!existsSync(file)) return undefined
  try {
    return firstRunSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    throw new FirstRunError(
      `'countersign up' did not write ${file}; remove it, or choose a different folder with --data`,
    )
  }
}

export function writeFirstRun(folder: string, firstRun: FirstRun): void {
  const file = firstRunFile(folder)
  writeFileSync(`${file}.new`, `${JSON.stringify(firstRun, undefined, 2)}\n`, { mode: 0o600 })
  chmodSync(`${file}.new`, 0o600)
  renameSync(`${file}.new`, file)
}
