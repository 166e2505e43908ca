import assert from 'node:assert/strict'
import { AppOnPhone } from '../rig/app_on_phone.ts'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { CountersignUp, skipRadclient } from '../rig/countersign_up.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { story } from '../rig/story.ts'

story(
  'nina, from invitation to second phone',
  {
    skip: skipChromium || skipRadclient,
  },
  ({ before, after, step }) => {
    let up: CountersignUp
    let chromium: Chromium
    let laptop: PortalPage
    let pixel: AppOnPhone
    let tablet: AppOnPhone
    let recoveryCodes: string[]
    /** Of the invitation. */
    let link: string

    before(async () => {
      up = await CountersignUp.start()
      chromium = await Chromium.start(up.port)
    })
    after(async () => {
      await chromium?.close()
      await up?.stop()
    })

    const push = (word = 'push') => up.signIn('nina', word)

    step('a sign-in of a user without a device shows the enrolment link', async () => {
      const { accepted, message } = await push()
      assert.deepEqual(
        [
          accepted,
          message.startsWith('Enroll an authentication device to proceed https://localhost:'),
        ],
        [false, true],
        message,
      )
    })

    step(
      'the mail of her administrator leads her through it, with the app on her phone',
      async () => {
        await up.countersign('user', 'invite', 'nina', '--new', '--email', 'nina@example.com')
        const { id } = await up.lastSentTo('nina@example.com')
        const mail = await up.countersign('outbox', 'show', id)
        link = /https:\/\/localhost:\d+\/portal#\/enroll\/\w+/.exec(mail)?.[0] ?? ''
        laptop = await PortalPage.open(chromium, link, { width: 1280, scheme: 'light' })
        await laptop.addAuthenticator()
        await laptop.shows('Set up two-step sign-in')
        await laptop.press('Start')
        await laptop.shows('Add a device')
        pixel = await AppOnPhone.connect(chromium, await laptop.appLink(), 'Pixel')
        await laptop.shows('Phone connected')
        await laptop.name('Nina’s Pixel')
        recoveryCodes = await laptop.recoveryCodes()
        await laptop.press('Create a passkey')
        await laptop.page.getByText('Passkey created').waitFor()
        await laptop.page.getByLabel('I have saved these codes').check()
        await laptop.press('Continue')
        await laptop.shows('Test your phone')
        await pixel.approveWithCode(await laptop.testPush())
        await laptop.shows('Your phone works')
        await laptop.press('Continue')
        await laptop.shows('You’re all set')
        assert.deepEqual(await laptop.typedWords(), ['push', '123456'])
        await laptop.press('Finish')
        await laptop.shows('Your devices')
      },
    )

    step('the invitation link works once', async () => {
      const thief = await PortalPage.open(chromium, link)
      await thief.press('Start')
      await thief.shows('This link has already been used')
    })

    step('push: she approves, and is accepted', async () => {
      const signIn = push()
      await pixel.answer('Approve')
      const { accepted, message } = await signIn
      assert.deepEqual([accepted, message], [true, 'Success. Logging you in...'])
    })

    step('push: she denies, and is rejected', async () => {
      const signIn = push()
      await pixel.answer('Deny')
      const { accepted, message } = await signIn
      assert.deepEqual([accepted, message], [false, 'Login request denied.'])
    })

    step('push: she reports it, and the log records fraud', async () => {
      const signIn = push()
      await pixel.look()
      await pixel.press('This wasn’t me')
      await pixel.press('Report')
      await pixel.shows('Reported')
      await pixel.done()
      const { accepted, message } = await signIn
      assert.deepEqual([accepted, message], [false, 'Login request reported as fraudulent.'])
      const [newest] = await up.authenticationLog()
      assert.deepEqual([newest?.result, newest?.reason], ['fraud', 'user_marked_fraud'])
    })

    step('a passcode of the app is accepted once', async () => {
      const passcode = await pixel.passcode()
      assert.equal((await up.signIn('nina', passcode)).accepted, true)
      const again = await up.signIn('nina', passcode)
      assert.deepEqual([again.accepted, again.message.includes('already been used')], [false, true])
    })

    step('a recovery code is accepted once', async () => {
      const [code = ''] = recoveryCodes
      const asShown = code.replace(/(\d{3})(?=\d)/g, '$1 ')
      assert.equal((await up.signIn('nina', asShown)).accepted, true)
      assert.equal((await up.signIn('nina', code)).accepted, false)
    })

    step('her passkey opens the portal, which lists every sign-in', async () => {
      await laptop.press('Account nina')
      await laptop.page.getByRole('menuitem', { name: 'Sign out' }).click()
      await laptop.press('Use a passkey')
      await laptop.shows('Your devices')
      await laptop.page.getByText('Nina’s Pixel').waitFor()
      await laptop.page.getByRole('tab', { name: 'History' }).click()
      await laptop.shows('Sign-ins')
      await laptop.page.getByText('You reported this').waitFor()
      await laptop.page.getByText('Recovery code').first().waitFor()
    })

    step('push2 asks only the second phone', async () => {
      await laptop.page.getByRole('tab', { name: 'Devices' }).click()
      await laptop.press('Add a device')
      tablet = await AppOnPhone.connect(chromium, await laptop.appLink(), 'Tablet')
      await laptop.name('Tablet')
      await laptop.page.getByRole('listitem').filter({ hasText: 'push2' }).waitFor()
      const signIn = push('push2')
      await tablet.look()
      await pixel.page.getByText('No sign-in requests').waitFor()
      await tablet.press('Approve')
      await tablet.shows('Approved')
      await tablet.done()
      assert.equal((await signIn).accepted, true)
    })

    step('push asks the second phone after it is moved to the first place', async () => {
      await laptop.page.getByRole('button', { name: /^Tablet: number 2/ }).focus()
      const kept = laptop.page.waitForResponse((answer) => answer.request().method() === 'PUT')
      await laptop.page.keyboard.press('ArrowUp')
      await kept
      const signIn = push()
      await tablet.answer('Approve')
      assert.equal((await signIn).accepted, true)
    })

    step('a removed phone is not asked', async () => {
      await laptop.press('Change Tablet')
      await laptop.page.getByRole('menuitem', { name: 'Remove' }).click()
      await laptop.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
      const { accepted, message } = await push('push2')
      assert.deepEqual([accepted, message], [false, 'None of your devices supports this method.'])
      const signIn = push()
      await pixel.answer('Approve')
      assert.equal((await signIn).accepted, true)
    })

    step('the removed phone says so', async () => {
      await tablet.shows('This phone was removed')
    })
  },
)
