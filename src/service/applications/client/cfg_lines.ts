import type { Secret } from '../../../host/secret.ts'

/** The address of the API, as a client reaches it. */
export interface ApiAddress {
  readonly host: string
  readonly port: number
}

/** The certificate authority that clients must trust; none if a public one issued the certificate. */
export type TrustedAuthority =
  | { readonly kind: 'public' }
  /** In PEM, to be written into the configuration itself. */
  | { readonly kind: 'inline'; readonly pem: string }
  /** A file on the client's machine. */
  | { readonly kind: 'file'; readonly path: string; readonly comment?: string | undefined }

/** The keys of an application. Without the secret key, the client refuses to start and names the line. */
export interface ApplicationKeys {
  readonly ikey: string
  readonly skey: Secret | undefined
}

/** Text for one comment line; a name can't begin a line of its own. */
export function comment(text: string): string {
  return `; ${text.replace(/[\s\p{C}]+/gu, ' ').trim()}`
}

/** Lines without those that are left out. */
export function lines(entries: readonly (string | undefined)[]): string {
  return `${entries.filter((line) => line !== undefined).join('\n')}\n`
}
