/** A user who could sign in with a bypass code. Times are in milliseconds since 1970. */
export interface CodeHolder {
  readonly user: { readonly user_id: string; readonly username: string } | null
  readonly codes: number
  /** The own ones of the user. */
  readonly recovery_codes: number
  /** When the last code expires; `null` for never. */
  readonly expires: number | null
  /** When the newest code was created. */
  readonly created: number
  readonly created_by: readonly string[]
}

/** The pages that show bypass codes. */
export const codeViews = ['users', 'bypass_codes']

export function codesText(count: number): string {
  return `${count} ${count === 1 ? 'bypass code' : 'bypass codes'}`
}

export function recoveryCodesText(count: number): string {
  return `${count} ${count === 1 ? 'recovery code' : 'recovery codes'}`
}
