import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { planAttempts } from '../../../src/workspaces/directory/schedule.ts'
import { namesFromTyped, toWireName } from '../../../src/workspaces/directory/user_name.ts'
import { findUserNameProblem } from '../../../src/workspaces/guide/user_name_rule.ts'

describe('user names of WorkSpaces', () => {
  for (const name of ['alice', 'a.b-c_d', 'alice@corp.example.com', 'ALICE1']) {
    test(`'${name}' is valid`, () => {
      assert.equal(findUserNameProblem(name), undefined)
    })
  }

  const forbidden = '!"#$%&\'()*+,/:;<=>?[\\]^`{|}~'
  test('each forbidden character is refused', () => {
    const valid = [...forbidden].filter((sign) => findUserNameProblem(`al${sign}ice`) === undefined)
    assert.deepEqual(valid, [])
  })

  for (const name of ['', 'al ice', 'CORP\\alice', 'älice', 'a@b@c', '@corp', 'alice@', 'a\0b']) {
    test(`${JSON.stringify(name)} is refused`, () => {
      assert.notEqual(findUserNameProblem(name), undefined)
    })
  }
})

describe('User-Name on the wire', () => {
  const names = { samAccountName: 'Alice', userPrincipalName: 'alice@corp.example.com' }

  test('has the form that the knob says', () => {
    assert.equal(toWireName('ALICE', 'as-typed', names), 'ALICE')
    assert.equal(toWireName('ALICE', 'samaccountname', names), 'Alice')
    assert.equal(toWireName('ALICE', 'upn', names), 'alice@corp.example.com')
  })

  test('is derived from what was typed if RADIUS comes first', () => {
    const typed = { samAccountName: 'bob', userPrincipalName: 'bob@corp.test' }
    assert.deepEqual(namesFromTyped('bob', 'corp.test'), typed)
    assert.deepEqual(namesFromTyped('bob@corp.test', 'other.test'), typed)
  })
})

describe('the schedule of attempts', () => {
  const order = (kind: 'server-major' | 'round-major', retries: number): string =>
    planAttempts(['A', 'B'], retries, kind)
      .map(({ server }) => server)
      .join('')

  test('tries one server to the end, or all servers in rounds', () => {
    assert.equal(order('server-major', 2), 'AAABBB')
    assert.equal(order('round-major', 2), 'ABABAB')
  })

  test('sends one packet to each server without retries', () => {
    assert.equal(order('server-major', 0), 'AB')
    assert.equal(order('round-major', 0), 'AB')
  })
})
