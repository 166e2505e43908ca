import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { Programs } from './rig/programs.ts'

/** `failmode=safe` accepts logins where the service is really away; the appliance waits 20 s. */
describe('an outage of the service under failmode=safe', () => {
  let programs: Programs

  before(async () => {
    programs = await Programs.start()
  })
  afterEach(() => programs.service.child.kill('SIGCONT'))
  after(() => programs.stop())

  test('a frozen service: logins after the first ones are accepted, until it continues', async () => {
    const [user] = programs.honest
    assert.ok(user)
    assert.equal(await programs.signIn(user.username, user.nextPasscode()), 'accept')
    programs.service.child.kill('SIGSTOP')
    // a login that the service may have received is rejected: its passcode could be wrong
    const first = await Promise.all(strangers('first').map((name) => signIn(name)))
    assert.ok(!first.includes('silence'), `first logins: ${first}`)
    const later = await Promise.all(strangers('later').map((name) => signIn(name)))
    assert.deepEqual([...new Set(later)], ['accept'])
    programs.service.child.kill('SIGCONT')
    await answersAgain()
    assert.equal(await programs.signIn('alice', '000000'), 'reject')
    assert.match(programs.proxy?.stdout ?? '', /let in without a second factor: Failmode Safe/)
  })

  test('a killed service: logins are accepted within 10 s', async () => {
    programs.service.child.kill('SIGKILL')
    await programs.service.ended()
    const began = performance.now()
    const results = await Promise.all(strangers('killed').map((name) => signIn(name)))
    process.stdout.write(`decided within ${Math.round(performance.now() - began)} ms\n`)
    assert.deepEqual([...new Set(results)], ['accept'])
  })

  const signIn = (name: string) => programs.signIn(name, '123456', { timeoutMs: 20_000 })

  /** The proxy logs it once its check is answered. */
  async function answersAgain(): Promise<void> {
    await programs.proxy?.prints(/answers again/)
  }
})

function strangers(name: string): string[] {
  return Array.from({ length: 20 }, (_, index) => `${name}${index}`)
}
