import assert from 'node:assert/strict'
import { Chromium, skipChromium } from '../rig/chromium.ts'
import { CountersignUp, type SignedIn, skipRadclient } from '../rig/countersign_up.ts'
import { PortalPage } from '../rig/portal_page.ts'
import { story } from '../rig/story.ts'
import { untilFound } from '../rig/until.ts'

const number = '+15550104711'

story(
  'nils, with a phone for messages and calls',
  {
    skip: skipChromium || skipRadclient,
  },
  ({ before, after, step }) => {
    let up: CountersignUp
    let chromium: Chromium
    before(async () => {
      up = await CountersignUp.start()
      chromium = await Chromium.start(up.port)
    })
    after(async () => {
      await chromium?.close()
      await up?.stop()
    })

    const signIn = (password: string) => up.signIn('nils', password)
    const outcome = ({ accepted, message }: SignedIn) => [accepted, message]

    /** Waits until the phone rings. @returns What the call says. */
    async function rings(): Promise<string> {
      const call = await untilFound(async () =>
        (await up.outbox()).find(({ kind, state }) => kind === 'phone' && state === 'waiting'),
      )
      return call.text
    }

    step('the link from a sign-in leads through enrolment with a phone number', async () => {
      const { accepted, message } = await signIn('sms')
      assert.equal(accepted, false)
      const at = await PortalPage.open(chromium, /https:\S+/.exec(message)?.[0] ?? '')
      await at.press('Start')
      await at.press(/^Phone number/)
      await at.page.getByLabel('Phone number').fill(number)
      await at.press('Send code')
      await at.page.getByLabel('Code from the SMS').waitFor()
      const { text } = await up.lastSentTo(number)
      await at.page.getByLabel('Code from the SMS').fill(/\b\d{6}\b/.exec(text)?.[0] ?? '')
      await at.press('Confirm')
      await at.name('Nokia')
      await at.press('Skip')
      assert.deepEqual(await at.typedWords(), ['phone', 'sms'])
      await at.press('Finish')
      await at.shows('Your devices')
    })

    step('sms sends a code and is rejected; the code is accepted once', async () => {
      assert.deepEqual(outcome(await signIn('sms')), [false, 'New SMS passcodes sent.'])
      const { text } = await up.lastSentTo(number)
      assert.match(text, /^Your Example Organisation passcode for Amazon WorkSpaces: \d+$/)
      const code = text.split(' ').at(-1) ?? ''
      assert.deepEqual(outcome(await signIn(code)), [true, 'Success. Logging you in...'])
      assert.equal((await signIn(code)).accepted, false)
    })

    step('only the code of the latest message works', async () => {
      const codes: string[] = []
      for (let time = 0; time < 2; time++) {
        await signIn('sms1')
        const { text } = await up.lastSentTo(number)
        codes.push(text.split(' ').at(-1) ?? '')
      }
      const [first = '', second = ''] = codes
      assert.equal((await signIn(first)).accepted, false)
      assert.equal((await signIn(second)).accepted, true)
    })

    step('phone: the key that the call names accepts the sign-in', async () => {
      const waiting = signIn('phone')
      const [, key = ''] = /Press (.) to sign in/.exec(await rings()) ?? []
      await up.countersign('outbox', 'answer', '--key', key)
      assert.deepEqual(outcome(await waiting), [true, 'Success. Logging you in...'])
    })

    step('phone: a wrong key may be corrected once, and then rejects', async () => {
      const waiting = signIn('phone1')
      await rings()
      assert.match(await up.countersign('outbox', 'answer', '--key', '5'), /asks again/)
      await up.countersign('outbox', 'answer', '--key', '5')
      assert.deepEqual(outcome(await waiting), [false, 'Wrong key pressed. Please try again.'])
    })

    step('phone: hanging up rejects, and so does reporting fraud', async () => {
      const waiting = signIn('phone')
      await rings()
      await up.countersign('outbox', 'answer', '--hang-up')
      assert.deepEqual(outcome(await waiting), [false, 'No keypress detected. Please try again.'])
      const reported = signIn('phone')
      const [, key = ''] = /If this was not you, press (.)/.exec(await rings()) ?? []
      await up.countersign('outbox', 'answer', '--key', key)
      assert.deepEqual(outcome(await reported), [false, 'Login request reported as fraudulent.'])
    })

    step('a factor without a phone is rejected, and nothing is sent', async () => {
      const before = await up.outbox()
      for (const word of ['push', 'phone2', 'sms2']) {
        const { accepted, message } = await signIn(word)
        assert.deepEqual([accepted, message], [false, 'None of your devices supports this method.'])
      }
      assert.deepEqual(await up.outbox(), before)
    })

    step('the log names factor and reason of each sign-in', async () => {
      const lines = await up.authenticationLog()
      const told = new Set(lines.map(({ factor, reason }) => `${factor} ${reason}`))
      for (const line of [
        'sms sms_sent',
        'sms_passcode valid_passcode',
        'phone user_approved',
        'phone wrong_key_pressed',
        'phone no_keys_pressed',
        'phone user_marked_fraud',
      ]) {
        assert(told.has(line), `${line} is not in ${[...told].join(', ')}`)
      }
    })
  },
)
