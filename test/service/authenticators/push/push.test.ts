import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import { Phones } from '../../../../src/service/authenticators/phone/phones.ts'
import { DeliveryError } from '../../../../src/service/messaging/messaging.ts'
import type { User } from '../../../../src/service/people/user.ts'
import type { ChosenFactor } from '../../../../src/service/sign_in/chosen_factor.ts'
import { SignIn } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const push = { factor: 'push', device: 'auto' } as const

onBothDatabases('push', (rig) => {
  let signIn: SignIn
  let vpn: Integration

  before(async () => {
    signIn = new SignIn(await rig().open())
    vpn = await signIn.application()
  })

  const ask = async (user: User, chosen: ChosenFactor = push, integration = vpn) => {
    const request = signIn.request(integration, user)
    return await signIn.auth.begin(request, chosen, { async: true })
  }
  const pushTo = async (user: User): Promise<string> => {
    const asked = await ask(user)
    assert.equal(asked.kind, 'waiting')
    return asked.kind === 'waiting' ? asked.txid : ''
  }
  const ends = async (user: User) =>
    (await signIn.lines(user)).map(({ result, reason }) => `${result} ${reason}`)

  describe('an answer', () => {
    for (const [decision, result, status, line] of [
      ['approve', 'allow', 'allow', 'success user_approved'],
      ['deny', 'deny', 'deny', 'denied user_mistake'],
      ['fraud', 'deny', 'fraud', 'fraud user_marked_fraud'],
    ] as const) {
      test(`${decision} settles the push once, with one log line that names application, client and phone`, async () => {
        const { user, phoneId } = await signIn.addUser()
        const txid = await pushTo(user)
        const [waiting] = await signIn.pushAnswers.waitingFor(phoneId)
        assert.deepEqual(waiting?.request, {
          application: 'VPN',
          username: user.username,
          ipaddr: '203.0.113.7',
          hostname: 'laptop',
        })
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => signIn.pushAnswers.answer(txid, phoneId, decision)),
        )
        assert.deepEqual(answers.toSorted(), [...Array(9).fill('gone'), 'settled'])
        const outcome = await signIn.authStatus.poll(txid, vpn.ikey)
        assert.deepEqual([outcome?.result, outcome?.status], [result, status])
        assert.deepEqual(await ends(user), [line])
        const [event] = await signIn.lines(user)
        assert.deepEqual(
          [event?.application, event?.ipaddr, event?.hostname, event?.device, event?.factor],
          ['VPN', '203.0.113.7', 'laptop', phoneId, 'push'],
        )
        assert.deepEqual(await signIn.pushAnswers.waitingFor(phoneId), [])
      })
    }

    test('is rejected from another phone', async () => {
      const [one, other] = [await signIn.addUser(), await signIn.addUser()]
      const txid = await pushTo(one.user)
      assert.equal(await signIn.pushAnswers.answer(txid, other.phoneId, 'approve'), 'gone')
      const outcome = await signIn.authStatus.poll(txid, vpn.ikey)
      assert.equal(outcome?.result, 'waiting')
    })

    test('is rejected after the timeout, even before the upkeep has run', async () => {
      const { user, phoneId } = await signIn.addUser()
      const txid = await pushTo(user)
      signIn.clock.advance(60_000)
      assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve'), 'expired')
      const success = { result: 'allow', status: 'allow', status_msg: '' } as const
      await signIn.settlement.settle(txid, success, 'user_approved')
      const outcome = await signIn.authStatus.poll(txid, vpn.ikey)
      assert.deepEqual([outcome?.result, outcome?.status], ['deny', 'timeout'])
      assert.deepEqual(await ends(user), ['denied no_response'])
    })

    test('does not let in a user who was disabled meanwhile', async () => {
      const { user, phoneId } = await signIn.addUser()
      const txid = await pushTo(user)
      await signIn.store.transaction((db) =>
        signIn.directory.users.update(user.userId, { status: 'disabled' }, db),
      )
      await signIn.pushAnswers.answer(txid, phoneId, 'approve')
      assert.equal((await signIn.authStatus.poll(txid, vpn.ikey))?.result, 'deny')
      assert.deepEqual(await ends(user), ['denied user_disabled'])
    })
  })

  describe('verified push', () => {
    let verified: Integration
    before(async () => {
      verified = await signIn.application('required')
    })

    const issuedCode = async (user: User) => {
      const request = signIn.request(verified, user)
      const answer = await signIn.preauth.decide(request, { showsCode: true })
      assert.ok(answer.result === 'auth' && answer.verification !== undefined)
      return answer.verification
    }

    test('the app can only approve with the three digits that the login shows', async () => {
      const { user, phoneId } = await signIn.addUser()
      const { txid, code } = await issuedCode(user)
      assert.match(code, /^\d{3}$/)
      const asked = await ask(user, { ...push, txid }, verified)
      assert.deepEqual(asked, { kind: 'waiting', txid })
      const wrong = code === '000' ? '001' : '000'
      assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve'), 'wrong_code')
      assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve', wrong), 'wrong_code')
      assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve', code), 'settled')
      assert.deepEqual(await ends(user), ['success user_approved'])
    })

    test('ends after three wrong codes', async () => {
      const { user, phoneId } = await signIn.addUser()
      const { txid, code } = await issuedCode(user)
      await ask(user, { ...push, txid }, verified)
      const wrong = code === '000' ? '001' : '000'
      await Promise.all(
        [1, 2, 3].map(() => signIn.pushAnswers.answer(txid, phoneId, 'approve', wrong)),
      )
      assert.equal(await signIn.pushAnswers.answer(txid, phoneId, 'approve', code), 'gone')
      assert.deepEqual(await ends(user), ['denied verification_code_incorrect'])
    })

    test('accepts a code for one push of its user, within a minute', async () => {
      const [one, other] = [await signIn.addUser(), await signIn.addUser()]
      const { txid } = await issuedCode(one.user)
      const stolen = await ask(other.user, { ...push, txid }, verified)
      assert.equal(stolen.kind, 'settled')
      assert.equal((await ask(one.user, { ...push, txid }, verified)).kind, 'waiting')
      assert.equal((await ask(one.user, { ...push, txid }, verified)).kind, 'settled')
      const late = await issuedCode(one.user)
      signIn.clock.advance(60_000)
      assert.equal((await ask(one.user, { ...push, txid: late.txid }, verified)).kind, 'settled')
    })

    test('shows a code for the next login in the app if the login can’t show one', async () => {
      const { user, phoneId } = await signIn.addUser()
      const asked = await ask(user, push, verified)
      assert.ok(asked.kind === 'settled')
      assert.deepEqual([asked.outcome.result, asked.outcome.status], ['deny', 'sent'])
      const polled = await signIn.authStatus.poll(asked.txid, verified.ikey)
      assert.equal(polled?.result, 'deny')
      const [waiting] = await signIn.pushAnswers.waitingFor(phoneId)
      assert.ok(waiting?.verification?.kind === 'show')
      const { code } = waiting.verification
      assert.match(code, /^\d{6}$/)
      // only the typed code approves, because it proves that the user sees both the app and the login
      assert.equal(await signIn.pushAnswers.answer(waiting.txid, phoneId, 'approve'), 'wrong_code')
      const elsewhere = await ask(user, { factor: 'passcode', passcode: code }, vpn)
      assert.ok(elsewhere.kind === 'settled' && elsewhere.outcome.result === 'deny')
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          ask(user, { factor: 'prompt', prompt: ` ${code} ` }, verified),
        ),
      )
      const allowed = answers.filter(
        (answer) => answer.kind === 'settled' && answer.outcome.result === 'allow',
      )
      assert.equal(allowed.length, 1)
      const lines = await signIn.lines(user)
      const [success] = lines.filter(({ result }) => result === 'success')
      assert.deepEqual([success?.factor, success?.device], ['verified_push', phoneId])
      assert.deepEqual(await signIn.pushAnswers.waitingFor(phoneId), [])
    })

    test('rejects the code that a removed phone shows', async () => {
      const { user, phoneId } = await signIn.addUser()
      await ask(user, push, verified)
      const [waiting] = await signIn.pushAnswers.waitingFor(phoneId)
      assert.ok(waiting?.verification !== undefined)
      const { db } = signIn.store
      await new Phones().add(user.userId, { number: '+15550100099' }, Date.now(), db)
      await new Phones().remove(phoneId, db)
      const { code } = waiting.verification
      const typed = await ask(user, { factor: 'passcode', passcode: code }, verified)
      assert.ok(!('outcome' in typed) || typed.outcome.result === 'deny')
    })

    test('rejects the code of a denied push', async () => {
      const { user, phoneId } = await signIn.addUser()
      await ask(user, push, verified)
      const [waiting] = await signIn.pushAnswers.waitingFor(phoneId)
      assert.ok(waiting?.verification !== undefined)
      await signIn.pushAnswers.answer(waiting.txid, phoneId, 'deny')
      const { code } = waiting.verification
      const typed = await ask(user, { factor: 'passcode', passcode: code }, verified)
      assert.ok(typed.kind === 'settled' && typed.outcome.result === 'deny')
    })
  })

  describe('unapproved pushes', () => {
    test('are held back after five and three retries, even if all are requested at once', async () => {
      const { user } = await signIn.addUser()
      const before = signIn.pushed.length
      const asked = await Promise.all(Array.from({ length: 20 }, () => ask(user)))
      assert.equal(asked.filter(({ kind }) => kind === 'waiting').length, 8)
      assert.equal(signIn.pushed.length - before, 8)
      const held = asked.find(({ kind }) => kind === 'settled')
      assert.ok(held?.kind === 'settled')
      assert.deepEqual([held.outcome.result, held.outcome.status], ['deny', 'deny'])
      assert.match(held.outcome.status_msg, /try again in 10 minutes/)
    })

    test('still count after many other requests were denied', async () => {
      const { user, phoneId } = await signIn.addUser()
      for (let round = 0; round < 5; round++) {
        await signIn.pushAnswers.answer(await pushTo(user), phoneId, 'deny')
      }
      for (let round = 0; round < 25; round++) {
        const words = Array.from({ length: 20 }, (_, index) =>
          ask(user, index === 0 ? push : { factor: 'prompt', prompt: 'hello' }),
        )
        await Promise.all(words)
      }
      const held = await ask(user)
      assert.ok(held.kind === 'settled')
      assert.match(held.outcome.status_msg, /Too many login requests/)
    })

    test('count while they are overdue and not yet settled', async () => {
      const { user } = await signIn.addUser()
      for (let round = 0; round < 8; round++) await pushTo(user)
      signIn.clock.advance(60_000)
      assert.equal((await ask(user)).kind, 'settled')
    })

    test('are counted since the last success, and within the window', async () => {
      const { user, phoneId } = await signIn.addUser()
      for (let round = 0; round < 4; round++) {
        await signIn.pushAnswers.answer(await pushTo(user), phoneId, 'deny')
      }
      await signIn.pushAnswers.answer(await pushTo(user), phoneId, 'approve')
      signIn.clock.advance(1000)
      for (let round = 0; round < 5; round++) {
        await signIn.pushAnswers.answer(await pushTo(user), phoneId, 'deny')
      }
      assert.equal((await ask(user)).kind, 'settled')
      signIn.clock.advance(10 * 60_000)
      assert.equal((await ask(user)).kind, 'waiting')
    })
  })

  describe('a phone that could not be reached', () => {
    const unreachable = () => {
      throw new DeliveryError('DELIVERY_UNREACHABLE', 'the provider does not answer')
    }
    const failing = new DeliveryError('DELIVERY_LIMIT', 'too many today')
    const limited = () => {
      throw failing
    }

    test('can still answer a push that it finds in the app', async () => {
      const broken = new SignIn(signIn.store, {}, { push: { send: unreachable } })
      const { user, phoneId } = await broken.addUser()
      const asked = await broken.auth.begin(broken.request(vpn, user), push, {
        async: true,
      })
      assert.ok(asked.kind === 'waiting')
      const polled = await broken.authStatus.poll(asked.txid, vpn.ikey)
      assert.deepEqual([polled?.result, polled?.status], ['waiting', 'push_failed'])
      assert.equal(await broken.pushAnswers.answer(asked.txid, phoneId, 'approve'), 'settled')
    })

    for (const [what, port, reason] of [
      ['that was not sent', unreachable, 'delivery_failed'],
      ['beyond a limit', limited, 'telephony_limit'],
    ] as const) {
      test(`a call and a message ${what} are denied, and logged with the reason`, async () => {
        const delivery = { phone: { call: port }, sms: { send: port } }
        const broken = new SignIn(signIn.store, {}, delivery)
        const { user } = await broken.addUser()
        for (const factor of ['phone', 'sms'] as const) {
          const asked = await broken.auth.begin(
            broken.request(vpn, user),
            { factor, device: 'auto' },
            { async: false },
          )
          assert.ok(asked.kind === 'settled' && asked.outcome.result === 'deny')
          assert.equal(asked.outcome.status, 'deny')
        }
        const lines = await broken.lines(user)
        assert.deepEqual(
          lines.map((line) => [line.factor, line.reason]),
          [
            ['phone', reason],
            ['sms', reason],
          ],
        )
      })
    }
  })

  describe('a fraud', () => {
    test('is mailed and logged, and locks the user if configured', async () => {
      const mails: string[] = []
      const strict = new SignIn(
        signIn.store,
        { fraudLocks: true, fraudEmails: ['security@example.com'] },
        { mail: { send: async ({ to, text }) => void mails.push(`${to} ${text}`) } },
      )
      const { user, phoneId } = await strict.addUser()
      const asked = await strict.auth.begin(strict.request(vpn, user), push, {
        async: true,
      })
      assert.ok(asked.kind === 'waiting')
      await strict.pushAnswers.answer(asked.txid, phoneId, 'fraud')
      assert.equal(mails.length, 1)
      assert.match(mails[0] ?? '', /^security@example\.com .*203\.0\.113\.7/s)
      assert.ok(strict.log.has('a user reported a sign-in as fraud'))
      const next = await strict.auth.begin(strict.request(vpn, user), push, {
        async: false,
      })
      assert.ok(next.kind === 'settled')
      assert.equal(next.outcome.status, 'locked_out')
    })

    test('can be reported afterwards, once, by the user who signed in', async () => {
      const [one, other] = [await signIn.addUser(), await signIn.addUser()]
      const txid = await pushTo(one.user)
      await signIn.pushAnswers.answer(txid, one.phoneId, 'approve')
      assert.equal(await signIn.fraudReports.report(other.user.userId, txid), false)
      const reports = await Promise.all(
        [1, 2, 3].map(() => signIn.fraudReports.report(one.user.userId, txid)),
      )
      assert.ok(reports.includes(true))
      assert.equal(await signIn.fraudReports.report(one.user.userId, txid), false)
      assert.deepEqual((await ends(one.user)).at(-1), 'fraud user_marked_fraud')
    })
  })

  test('sms: accepts the code of the message at the next login, once', async () => {
    const { user, phoneId } = await signIn.addUser()
    const asked = await ask(user, { factor: 'sms', device: 'auto' })
    assert.ok(asked.kind === 'settled')
    assert.deepEqual([asked.outcome.result, asked.outcome.status], ['deny', 'sent'])
    const message = signIn.messages.at(-1)
    assert.equal(message?.number, '+15550101234')
    const [code = ''] = /\d{7}/.exec(message?.text ?? '') ?? []
    const preauth = await signIn.preauth.decide(signIn.request(vpn, user))
    assert.ok(preauth.result === 'auth')
    assert.equal(preauth.devices[0]?.sms_nextcode, code[0])
    assert.match(preauth.prompt.text, new RegExp(`\\(next code starts with: ${code[0]}\\)`))
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask(user, { factor: 'prompt', prompt: code })),
    )
    const allowed = answers.filter(
      (answer) => answer.kind === 'settled' && answer.outcome.result === 'allow',
    )
    assert.equal(allowed.length, 1)
    const lines = await signIn.lines(user)
    const [success] = lines.filter(({ result }) => result === 'success')
    assert.deepEqual([success?.factor, success?.device], ['sms_passcode', phoneId])
    // a repeated passcode is not counted as a wrong one
    const others = lines.filter(({ reason }) => reason === 'passcode_already_used')
    assert.equal(others.length, 9)
  })
})
