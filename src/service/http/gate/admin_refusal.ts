export type AdminRefusalCode =
  | 'cross_site'
  | 'no_session'
  | 'not_json'
  | 'too_many'
  | 'not_found'
  | 'step_up_required'

const rows: Readonly<Record<AdminRefusalCode, { readonly status: number; message: string }>> = {
  cross_site: { status: 403, message: 'This request did not come from the panel’s own pages.' },
  no_session: { status: 401, message: 'You are signed out. Sign in again.' },
  not_json: { status: 415, message: 'The panel accepts JSON only.' },
  too_many: { status: 429, message: 'Too many attempts. Wait a minute, and try again.' },
  not_found: { status: 404, message: 'Not found.' },
  step_up_required: {
    status: 403,
    message: 'Confirm that it is you: prove your second factor again.',
  },
}

/** Refuses a request at the panel's gate, before its route runs. */
export class AdminRefusal extends Error {
  override readonly name = 'AdminRefusal'
  readonly code: AdminRefusalCode
  readonly status: number
  readonly retryAfterSecs: number | undefined

  constructor(code: AdminRefusalCode, retryAfterSecs?: number) {
    super(rows[code].message)
    this.code = code
    this.status = rows[code].status
    this.retryAfterSecs = retryAfterSecs
  }
}
