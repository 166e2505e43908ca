export type PortalRefusalCode =
  | 'cross_site'
  | 'no_session'
  | 'not_json'
  | 'too_many_requests'
  | 'not_found'

const rows: Readonly<Record<PortalRefusalCode, { readonly status: number; message: string }>> = {
  cross_site: { status: 403, message: 'This request did not come from the portal’s own pages.' },
  no_session: { status: 401, message: 'You are signed out. Please sign in again.' },
  not_json: { status: 415, message: 'The portal takes JSON.' },
  too_many_requests: {
    status: 429,
    message: 'That was too often. Please wait a minute and try again.',
  },
  not_found: { status: 404, message: 'There is nothing here.' },
}

/** A request that the portal's gate does not let in, whatever it asks for. */
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
