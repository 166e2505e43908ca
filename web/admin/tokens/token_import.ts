import { ApiError, api } from '../api.ts'

/** What an import did, or what it would do. */
export interface TokenImport {
  readonly format: 'csv' | 'pskc' | 'yubikey'
  readonly added: number
  readonly replaced: number
  readonly skipped: number
  readonly assigned: number
  readonly unassigned: readonly {
    readonly serial: string
    readonly username: string
    readonly reason: string
  }[]
  /** The first ones of each. */
  readonly serials: { readonly added: readonly string[]; readonly existing: readonly string[] }
  /** Tokens with the secret of another token. */
  readonly shared_secrets: readonly { readonly serial: string; readonly other: string }[]
  readonly notes: readonly FileProblem[]
  readonly problems: readonly FileProblem[]
  readonly problem_count: number
}

export interface FileProblem {
  /** `line 7` */
  readonly where: string
  readonly what: string
}

export interface ImportOptions {
  readonly duplicates: 'skip' | 'replace'
  /** The kind of the tokens of a CSV file that does not say it; empty if it does. */
  readonly kind: string
  readonly step_secs: string
  /** Unlock an encrypted PSKC file. */
  readonly password: string
  readonly key: string
  readonly skip_invalid: boolean
}

export const formatWords: Readonly<Record<TokenImport['format'], string>> = {
  csv: 'CSV',
  pskc: 'PSKC (RFC 6030)',
  yubikey: 'YubiKeys',
}

/**
 * Sends a file. It is read for each request, so that the page keeps no secret of it.
 *
 * @param dryRun Only tells what the import would do.
 */
export async function sendFile(
  file: File,
  { step_secs, kind, password, key, ...options }: ImportOptions,
  dryRun: boolean,
): Promise<TokenImport> {
  return await api.post<TokenImport>('tokens/import', {
    ...options,
    file_name: file.name,
    content: await contentOf(file),
    dry_run: dryRun,
    step_secs: Number(step_secs),
    ...(kind === '' ? {} : { kind }),
    ...(password === '' ? {} : { password }),
    ...(key === '' ? {} : { key }),
  })
}

/** In base64. @throws {ApiError} if the file was changed or removed meanwhile. */
async function contentOf(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => {
      const message = `${file.name} can’t be read any more. Choose it again.`
      reject(new ApiError(0, { code: 'file', field: 'content', message }))
    }
    reader.readAsDataURL(file)
  })
  return url.slice(url.indexOf(',') + 1)
}
