import { errorText } from '../../host/error_text.ts'

/** Why a call of AWS failed; stable, for scripts. */
export type AwsFailureCode =
  | 'no-credentials'
  | 'expired-credentials'
  | 'wrong-credentials'
  | 'no-region'
  | 'access-denied'
  | 'not-found'
  | 'already-enabled'
  | 'invalid-settings'
  | 'throttled'
  | 'unsupported'
  | 'service-error'
  | 'unreachable'

/** A call of AWS failed. The message says what to do, and contains no secret. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure'
  readonly code: AwsFailureCode

  constructor(code: AwsFailureCode, message: string) {
    super(message)
    this.code = code
  }
}

/** A call, as messages name it. */
export interface AwsCall {
  /** The permission that it needs: `ds:EnableRadius`. */
  readonly action: string
  /** `d-…`, or what else was asked for. */
  readonly subject: string
  readonly region: string
}

interface FailureRule {
  readonly names: readonly string[]
  readonly code: AwsFailureCode
  readonly message: (call: AwsCall, detail: string) => string
}

/** Names of errors of the SDK and of the service, in the order in which they are looked for. */
const rules: readonly FailureRule[] = [
  {
    names: ['CredentialsProviderError'],
    code: 'no-credentials',
    message: () =>
      'no AWS credentials were found; run "aws configure" or "aws sso login", set AWS_PROFILE or AWS_ACCESS_KEY_ID, or add --profile',
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken', 'TokenRefreshRequired'],
    code: 'expired-credentials',
    message: () =>
      'the AWS credentials have expired; sign in again, for example with "aws sso login"',
  },
  {
    names: [
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'InvalidClientTokenId',
      'AuthFailure',
      'SignatureDoesNotMatch',
      'MissingAuthenticationTokenException',
      'IncompleteSignatureException',
    ],
    code: 'wrong-credentials',
    message: ({ region }, detail) =>
      `AWS does not accept the credentials in ${region}: ${detail}; check the key, the region and the clock of this machine`,
  },
  {
    names: ['AccessDeniedException', 'UnauthorizedOperation', 'AccessDenied'],
    code: 'access-denied',
    message: ({ action, subject }) =>
      `the AWS credentials may not call ${action} for ${subject}; "workspaces policy" prints the permissions that are needed`,
  },
  {
    names: ['EntityDoesNotExistException'],
    code: 'not-found',
    message: ({ subject, region }) =>
      `there is no directory ${subject} in ${region}, or RADIUS is not enabled for it; check the identifier and --region`,
  },
  {
    names: ['EntityAlreadyExistsException'],
    code: 'already-enabled',
    message: ({ subject }) =>
      `RADIUS is already enabled for ${subject}; change its settings with "workspaces update"`,
  },
  {
    names: ['InvalidParameterException', 'ValidationException', 'InvalidParameterValue'],
    code: 'invalid-settings',
    message: (_call, detail) => `AWS does not accept the settings: ${detail}`,
  },
  {
    names: ['ThrottlingException', 'TooManyRequestsException', 'RequestLimitExceeded'],
    code: 'throttled',
    message: () => 'AWS throttles the calls of this account; try again in a minute',
  },
  {
    names: ['UnsupportedOperationException', 'ClientException'],
    code: 'unsupported',
    message: ({ action, subject }, detail) =>
      `AWS refused ${action} for ${subject}: ${detail}; only AD Connector and AWS Managed Microsoft AD support RADIUS, Simple AD does not`,
  },
  {
    names: ['ServiceException', 'InternalFailure', 'InternalServerError', 'ServiceUnavailable'],
    code: 'service-error',
    message: ({ action }, detail) =>
      `AWS failed during ${action}: ${detail}; try again in a minute`,
  },
]

/** Turns an error of the SDK, or of a signed call, into one that says what to do. */
export function toAwsFailure(error: unknown, call: AwsCall): AwsFailure {
  if (error instanceof AwsFailure) return error
  const name = error instanceof Error ? error.name : ''
  const detail = errorText(error)
  const rule = rules.find(({ names }) => names.includes(name))
  if (rule !== undefined) return new AwsFailure(rule.code, rule.message(call, detail))
  if (/region is missing/i.test(detail)) {
    return new AwsFailure('no-region', 'no AWS region is set; add --region, or set AWS_REGION')
  }
  return new AwsFailure(
    'unreachable',
    `${call.action} in ${call.region} failed: ${detail}; check the network and --endpoint`,
  )
}
