import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../../src/host/secret.ts'
import { findSubCode } from '../../../src/workspaces/primary/primary.ts'
import { StaticUsers } from '../../../src/workspaces/primary/static_users.ts'
import { parseUserFile, UserFileError } from '../../../src/workspaces/primary/user_file.ts'

/** `argon2 saltsalt -id -t 1 -k 64 -p 1 -e` of `hashed password`, computed with the library below. */
async function digestOf(password: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto')
  const nonce = Buffer.from('saltsalt')
  const tag = argon2Sync('argon2id', {
    message: Buffer.from(password),
    nonce,
    memory: 64,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  })
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=64,t=1,p=1$${base64(nonce)}$${base64(tag)}`
}

describe('a file of users', async () => {
  const passwordHash = await digestOf('hashed password')
  const file = JSON.stringify({
    users: [
      { username: 'alice', password: 'right' },
      { username: 'bob', passwordHash, userPrincipalName: 'robert@corp.test' },
      { username: 'carol', password: 'right', state: 'disabled' },
      { username: 'dave', password: 'right', state: 'locked' },
      { username: 'erin', password: 'right', state: 'must-change-password' },
      { username: 'frank', password: 'right', state: 'password-expired' },
      { username: 'grace', password: 'right', state: 'expired' },
    ],
  })
  const users = new StaticUsers(parseUserFile(file, true), 'corp.test')
  const verify = (name: string, password: string) => users.verify(name, new Secret(password))

  test('lets in with the right password, whatever the case or form of the name', async () => {
    const names = { samAccountName: 'alice', userPrincipalName: 'alice@corp.test' }
    assert.deepEqual(await verify('alice', 'right'), { kind: 'accepted', ...names })
    assert.deepEqual(await verify('Alice@Corp.Test', 'right'), { kind: 'accepted', ...names })
    assert.equal((await verify('bob', 'hashed password')).kind, 'accepted')
    assert.equal((await verify('robert@corp.test', 'hashed password')).kind, 'accepted')
  })

  const refusals = [
    ['nobody', 'right', '525'],
    ['alice', 'wrong', '52e'],
    ['bob', 'wrong', '52e'],
    ['carol', 'wrong', '52e'],
    ['carol', 'right', '533'],
    ['dave', 'wrong', '775'],
    ['erin', 'right', '773'],
    ['frank', 'right', '532'],
    ['grace', 'right', '701'],
  ] as const
  for (const [name, password, subCode] of refusals) {
    test(`refuses ${name} with a ${password} password by ${subCode}`, async () => {
      const verdict = await verify(name, password)
      assert.equal(verdict.kind === 'refused' ? verdict.subCode : verdict.kind, subCode)
    })
  }

  const problems: readonly (readonly [string, RegExp, boolean])[] = [
    ['{', /^it is not valid JSON/, true],
    ['{"users": [{"username": "a"}]}', /users\[0\] \(a\): needs either password or/, true],
    ['{"users": [{"username": "a", "password": "x"}]}', /chmod 600/, false],
    ['{"users": [{"username": "a", "passwordHash": "x"}]}', /passwordHash: must be an argon/, true],
    ['{"users": [{"username": "a", "pasword": "x"}]}', /did you mean password\?/, true],
    [
      '{"users": [{"username": "a", "password": "x"}, {"username": "A", "password": "x"}]}',
      /users\[1\] \(A\): the username appears twice/,
      true,
    ],
  ]
  for (const [text, expected, isPrivate] of problems) {
    test(`a problem is named: ${expected.source}`, () => {
      assert.throws(
        () => parseUserFile(text, isPrivate),
        (error) => error instanceof UserFileError && expected.test(error.message),
      )
    })
  }
})

describe('the sub-code in the refusal of Active Directory', () => {
  test('is found in the text', () => {
    const text =
      '80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 775, v4563'
    assert.equal(findSubCode(text), '775')
  })

  test('is 52e for servers that send none', () => {
    assert.equal(findSubCode('Invalid Credentials'), '52e')
    assert.equal(findSubCode('data 999'), '52e')
  })
})
