export type PortalRefusalCode =
  | 'cross_site'
  | 'no_session'
  | 'not_json'
  | 'too_many_requests'
  | 'not_found'

const rows: Readonly<Record<PortalRefusalCode, { readonly status: number; message: string }>> = {
  cross_site: { status: 403, message: 'This request did not come from the portal’s own pages.' },
  no_session: { status: 401, message: 'You are signed out. Please sign in again.' },
  not_json: { status: 415, message: 'The portal accepts JSON only.' },
  too_many_requests: {
    status: 429,
    message: 'Too many attempts. Please wait a minute and try again.',
  },
  not_found: { status: 404, message: 'Not found.' },
}

/** Refuses a request at the portal's gate, before its route runs. */
export class PortalRefusal extends Error {
  override readonly name = 'PortalRefusal'
  readonly code: PortalRefusalCode
  readonly status: number

  constructor(code: PortalRefusalCode) {
    super(rows[code].message)
    this.code = code
    this.status = rows[code].status
  }
}
