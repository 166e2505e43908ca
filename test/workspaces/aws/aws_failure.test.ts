import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toAwsFailure } from '../../../src/workspaces/aws/aws_failure.ts'
import { workspacesPolicy } from '../../../src/workspaces/aws/iam_policy.ts'

const call = { action: 'ds:EnableRadius', subject: 'd-0123456789', region: 'eu-west-1' }

function named(name: string, message = 'detail'): Error {
  return Object.assign(new Error(message), { name })
}

describe('errors of AWS', () => {
  for (const [name, code, text] of [
    ['CredentialsProviderError', 'no-credentials', /aws configure/],
    ['ExpiredTokenException', 'expired-credentials', /sign in again/],
    ['UnrecognizedClientException', 'wrong-credentials', /eu-west-1/],
    ['AccessDeniedException', 'access-denied', /may not call ds:EnableRadius.*workspaces policy/],
    ['UnauthorizedOperation', 'access-denied', /ds:EnableRadius/],
    ['EntityDoesNotExistException', 'not-found', /no directory d-0123456789 in eu-west-1/],
    ['EntityAlreadyExistsException', 'already-enabled', /workspaces update/],
    ['InvalidParameterException', 'invalid-settings', /detail/],
    ['ThrottlingException', 'throttled', /try again/],
    ['ClientException', 'unsupported', /Simple AD/],
    ['ServiceException', 'service-error', /try again/],
    ['TypeError', 'unreachable', /check the network/],
  ] as const) {
    test(`${name} is ${code}, and says what to do`, () => {
      const failure = toAwsFailure(named(name), call)
      assert.equal(failure.code, code)
      assert.match(failure.message, text)
    })
  }

  test('a missing region is named', () => {
    assert.equal(toAwsFailure(named('Error', 'Region is missing'), call).code, 'no-region')
  })
})

describe('the IAM policy', () => {
  test('lets only the calls that change RADIUS reach one directory', () => {
    const { Statement } = workspacesPolicy('d-0123456789', {
      region: 'eu-west-1',
      account: '123456789012',
    })
    const writes = Statement.filter(({ Action }) =>
      Action.some((action) => !/Describe/.test(action)),
    )
    assert.deepEqual(
      writes.map(({ Resource }) => Resource),
      ['arn:aws:ds:eu-west-1:123456789012:directory/d-0123456789'],
    )
  })
})
