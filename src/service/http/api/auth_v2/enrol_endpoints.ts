import { randomBytes } from 'node:crypto'
import { AuthApiFailure, failures } from '../../../../duo/index.ts'
import type { Enrollment } from '../../../people/enrolment/enrolment.ts'
import type { PortalLinks } from '../../../people/enrolment/portal_links.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../../people/user.ts'
import type { Preauth } from '../../../sign_in/preauth.ts'
import type { AdmittedCall } from '../../gate/signed_request.ts'
import { ActivationLink } from './activation_link.ts'
import { type Endpoint, seconds } from './endpoint.ts'
import type { CallParameters } from './parameters.ts'

const daySecs = 86_400
const maxValidSecs = 365 * daySecs
const maxBypassCodes = 10

/**
 * `enroll` and `enroll_status` (duo.com/docs/authapi).
 *
 * @param publicHost Host name, with its port unless that is 443.
 */
export function buildEnrolEndpoints(
  preauth: Preauth,
  enrollment: Enrollment,
  portalLinks: PortalLinks,
  publicHost: () => string,
): Endpoint[] {
  return [
    {
      method: 'POST',
      path: '/auth/v2/enroll',
      answer: (request, parameters) =>
        enroll(request, parameters, preauth, enrollment, portalLinks, publicHost),
    },
    {
      method: 'POST',
      path: '/auth/v2/enroll_status',
      answer: (_request, parameters) => enrollStatus(parameters, enrollment),
    },
  ]
}

/** Other directory errors are about the username itself. */
const enrollRefusals: Readonly<Partial<Record<DirectoryErrorCode, string>>> = {
  DIRECTORY_NAME_TAKEN: 'username already exists',
  DIRECTORY_LOOK_ALIKE: 'username looks like that of another user',
}

async function enroll(
  { integration }: AdmittedCall,
  parameters: CallParameters,
  preauth: Preauth,
  enrollment: Enrollment,
  portalLinks: PortalLinks,
  publicHost: () => string,
): Promise<unknown> {
  const username = parameters.text('username') ?? randomBytes(16).toString('hex')
  const validSecs = parameters.integer('valid_secs', {
    min: 1,
    max: maxValidSecs,
    otherwise: daySecs,
  })
  const count = parameters.integer('bypass_codes', { min: 0, max: maxBypassCodes, otherwise: 0 })
  const enrolled = await enrollment
    .enroll(username, integration.usernameNormalization, { validSecs, bypassCodes: count })
    .catch(async (error: unknown) => {
      if (!(error instanceof DirectoryError)) throw error
      await preauth.logRefusedEnrolment({
        integration,
        user: { username },
        ipaddr: parameters.text('ipaddr') ?? '',
        hostname: '',
      })
      throw new AuthApiFailure(failures.invalidParameters, enrollRefusals[error.code] ?? 'username')
    })
  const link = new ActivationLink(enrolled.activationCode, publicHost())
  const { user, expires, bypassCodes } = enrolled
  return {
    activation_barcode: link.barcode,
    activation_code: link.code,
    activation_url: link.url,
    ...(bypassCodes.length === 0 ? {} : { bypass_codes: bypassCodes }),
    // not part of the vendor's API: the portal offers all factors
    enroll_portal_url: await portalLinks.ofEnrolled(user, validSecs),
    expiration: seconds(expires),
    user_id: user.userId,
    username: user.username,
  }
}

async function enrollStatus(parameters: CallParameters, enrollment: Enrollment): Promise<unknown> {
  const userId = parameters.required('user_id')
  const code = ActivationLink.codeIn(parameters.required('activation_code'))
  return await enrollment.status(userId, code)
}
