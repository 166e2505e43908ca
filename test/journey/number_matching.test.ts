import assert from 'node:assert/strict'
import { AppOnPhone } from '../rig/app_on_phone.ts'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { CountersignUp, type SignedIn, skipRadclient } from '../rig/countersign_up.ts'
import { story } from '../rig/story.ts'

const application = 'Amazon WorkSpaces'

story(
  'alice, with verified push',
  {
    skip: skipChromium || skipRadclient,
  },
  ({ before, after, step }) => {
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

    step('push shows a code in the app, and the code completes the sign-in', async () => {
      const code = await begun()
      assert.match(code, /^\d{6}$/)
      assert.equal(await phone.page.getByRole('button', { name: 'Approve' }).count(), 0)
      assert.deepEqual(outcome(await signIn(code)), [true, 'Success. Logging you in...'])
      await phone.shows('This sign-in is complete')
      await phone.done()
      assert.equal((await signIn(code)).accepted, false)
    })

    step('a wrong code is rejected, and the right one still works', async () => {
      const code = await begun()
      const other = code === '000000' ? '000001' : '000000'
      assert.equal((await signIn(other)).accepted, false)
      assert.equal((await signIn(code)).accepted, true)
      await phone.shows('This sign-in is complete')
      await phone.done()
    })

    step('a denied sign-in can’t be completed with its code', async () => {
      const code = await begun()
      await phone.press('Deny')
      await phone.shows('Denied')
      await phone.done()
      assert.equal((await signIn(code)).accepted, false)
    })

    step('the code does not work for another user', async () => {
      const code = await begun()
      await up.countersign('user', 'add', 'mallory', '--hotp')
      assert.equal((await up.signIn('mallory', code)).accepted, false)
      assert.equal((await signIn(code)).accepted, true)
      await phone.shows('This sign-in is complete')
      await phone.done()
    })

    step('a passcode works without a code', async () => {
      assert.equal((await signIn(await phone.passcode())).accepted, true)
    })

    step('with verified push off, Approve accepts the push', async () => {
      await up.countersign('app', 'edit', application, '--verified-push', 'off')
      let waiting = signIn('push')
      await phone.look()
      // the service may keep the application's old settings for a second
      while (!(await phone.canApprove())) {
        assert.deepEqual(outcome(await waiting), [false, codeShown])
        await phone.press('Deny')
        await phone.shows('Denied')
        await phone.done()
        waiting = signIn('push')
        await phone.look()
      }
      await phone.press('Approve')
      await phone.shows('Approved')
      await phone.done()
      assert.deepEqual(outcome(await waiting), [true, 'Success. Logging you in...'])
    })
  },
)
