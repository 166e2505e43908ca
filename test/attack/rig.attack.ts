import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Programs } from './rig/programs.ts'

describe('service and proxy without an attack', () => {
  let programs: Programs

  before(async () => {
    programs = await Programs.start()
  })
  after(() => programs.stop())

  test('accept right passcodes, and reject wrong ones', async () => {
    const [first] = programs.honest
    assert.ok(first)
    assert.equal(await programs.signIn(first.username, first.nextPasscode()), 'accept')
    assert.equal(await programs.signIn('alice', programs.alice.totp.generate()), 'accept')
    assert.equal(await programs.signIn('alice', programs.alice.bypassCodes[0] ?? ''), 'accept')
    assert.equal(await programs.signIn('alice', '000000'), 'reject')
  })
})
