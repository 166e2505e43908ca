import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as passed } from 'node:timers/promises'
import { AppOnPhone } from '../rig/app_on_phone.ts'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { CountersignUp, type SignedIn, skipRadclient } from '../rig/countersign_up.ts'

const application = 'RADIUS (authentication proxy)'

describe('alice, whose application takes a number with each push', {
  skip: skipChromium || skipRadclient,
}, () => {
  let up: CountersignUp
  let chromium: Chromium
  let phone: AppOnPhone
  before(async () => {
    up = await CountersignUp.start()
    chromium = await Chromium.start(up.port)
    phone = await AppOnPhone.connect(chromium, up.activationLink, 'Phone of alice')
    await up.countersign('app', 'edit', application, '--verified-push', 'required')
  })
  after(async () => {
    await chromium?.close()
    await up?.stop()
  })

  const signIn = (password: string) => up.signIn('alice', password)
  const outcome = ({ accepted, message }: SignedIn) => [accepted, message]
  const codeShown = 'Open the app on your device, then log in with the code it shows.'

  /** Begins with `push`. @returns The code that the app shows for it. */
  async function begun(): Promise<string> {
    assert.deepEqual(outcome(await signIn('push')), [false, codeShown])
    await phone.look()
    return await phone.shownCode()
  }

  test('push begins it, the app shows a code, and the code finishes it', async () => {
    const code = await begun()
    assert.match(code, /^\d{6}$/)
    assert.equal(await phone.page.getByRole('button', { name: 'Approve' }).count(), 0)
    assert.deepEqual(outcome(await signIn(code)), [true, 'Success. Logging you in...'])
    await phone.shows('This sign-in is complete')
    await phone.done()
    assert.equal((await signIn(code)).accepted, false)
  })

  test('another code does not, and the right one still does', async () => {
    const code = await begun()
    const other = code === '000000' ? '000001' : '000000'
    assert.equal((await signIn(other)).accepted, false)
    assert.equal((await signIn(code)).accepted, true)
    await phone.shows('This sign-in is complete')
    await phone.done()
  })

  test('what she denies in the app is finished by no code', async () => {
    const code = await begun()
    await phone.press('Deny')
    await phone.shows('Denied')
    await phone.done()
    assert.equal((await signIn(code)).accepted, false)
  })

  test('the code lets nobody else in', async () => {
    const code = await begun()
    await up.countersign('user', 'add', 'mallory', '--hotp')
    assert.equal((await up.signIn('mallory', code)).accepted, false)
    assert.equal((await signIn(code)).accepted, true)
    await phone.shows('This sign-in is complete')
    await phone.done()
  })

  test('her passcode still lets her in without a number', async () => {
    assert.equal((await signIn(await phone.passcode())).accepted, true)
  })

  test('off again, a push is approved by a touch', async () => {
    await up.countersign('app', 'edit', application, '--verified-push', 'off')
    // an application that has just been read is not read again within a second
    await passed(1000)
    const waiting = signIn('push')
    await phone.answer('Approve')
    assert.deepEqual(outcome(await waiting), [true, 'Success. Logging you in...'])
  })
})
