import { setTimeout as delay } from 'node:timers/promises'
import { untilFound } from '../../rig/until.ts'
import type { KnobCell } from './knob_matrix.ts'
import { type Scenario, type Verdict, verdict } from './scenario.ts'
import { type Person, password, type Setup, type Stage } from './stage.ts'

/** Seconds by which answers may be early or late on a busy machine. */
const marginSecs = 0.4

/** When the directory stops listening, in seconds after the first packet. */
export function listeningEndSecs(setup: Setup, cell: KnobCell): number {
  const attempts = (setup.retries + 1) * setup.proxies
  return Math.min(setup.timeoutSecs * attempts, (cell.deadlineMs ?? 40_000) / 1000)
}

/** A push that is approved after a time, of a directory that retries. */
export function approvedPush(setup: Setup, approveAtSecs: number): Scenario {
  const { timeoutSecs, retries, proxies } = setup
  return {
    number: 9,
    title: `push approved at ${approveAtSecs} s, timeout ${timeoutSecs} s, retries ${retries}, proxies ${proxies}`,
    expected: 'accepted while the directory listens, else denied; one push',
    setups: [setup],
    isWaiting: true,
    async run(stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const request = { username: person.username, password, mfaCode: 'push' }
      const login = directory.login(request)
      const approval = delay(approveAtSecs * 1000).then(() => approveAll(person, login))
      const [{ result }, approved] = await Promise.all([login, approval])
      const duplicates = Math.max(0, (await stage.promptsOf(person)) - 1)
      const end = listeningEndSecs(setup, cell)
      if (Math.abs(approveAtSecs - end) < marginSecs) {
        return { kind: duplicates === 0 ? 'open' : 'wrong', seen: result, duplicates }
      }
      const expected = approveAtSecs < end ? 'accepted' : 'denied'
      const found = verdict(result, expected, duplicates)
      return { ...found, seen: `${found.seen}, phone: ${approved}` }
    },
  }
}

/** A push that is approved as soon as the directory has sent its second attempt. */
export function approvedDuringRetry(setup: Setup): Scenario {
  const { timeoutSecs, retries, proxies } = setup
  return {
    number: 9,
    title: `push approved during the second attempt, timeout ${timeoutSecs} s, retries ${retries}, proxies ${proxies}`,
    expected: 'accepted, one push',
    setups: [setup],
    async run(stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const login = directory.login({ username: person.username, password, mfaCode: 'push' })
      await untilFound(() =>
        directory.trace
          .events()
          .find(({ loginId, detail }) => loginId !== undefined && detail.startsWith('attempt 2')),
      )
      // the second request must have reached the service before the answer does
      await delay(500)
      const approved = await approveAll(person, login)
      const { result } = await login
      const duplicates = Math.max(0, (await stage.promptsOf(person)) - 1)
      const found = verdict(result, 'accepted', duplicates)
      return { ...found, seen: `${found.seen}, phone: ${approved}` }
    },
  }
}

/**
 * Approves whatever waits; on a busy machine the push may come late.
 *
 * @returns What the phone showed.
 */
async function approveAll({ phone }: Person, login: Promise<unknown>): Promise<string> {
  let isOver = false
  void login.then(() => {
    isOver = true
  })
  let requests = await phone.requests()
  while (requests.length === 0 && !isOver) {
    await delay(100)
    requests = await phone.requests()
  }
  if (requests.length === 0) return 'nothing to approve'
  const answers = await Promise.all(
    requests.map(({ txid }) => phone.answer(String(txid), 'approve')),
  )
  return answers.every(({ status }) => status === 200) ? 'approved' : 'not approved'
}

/** A push that is answered at once. */
export function answeredPush(
  number: number,
  decision: 'approve' | 'deny' | 'fraud',
  setup: Setup,
): Scenario {
  const expected = decision === 'approve' ? 'accepted' : 'denied'
  return {
    number,
    title: `push answered with ${decision}`,
    expected: `${expected}, one push`,
    setups: [setup],
    async run(stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const request = { username: person.username, password, mfaCode: 'push' }
      const login = directory.login(request)
      await person.phone.answerNext(decision)
      const { result } = await login
      return verdict(result, expected, (await stage.promptsOf(person)) - 1)
    },
  }
}

/** The reply to the first attempt is lost; the user approved in time. */
export function lostReply(setup: Setup): Scenario {
  return {
    number: 19,
    title: 'the reply to the approved attempt is lost',
    expected:
      'same packet: accepted without another push; a new packet after an answer is a new login, and asks again',
    setups: [setup],
    async run(stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      directory.setKnobs({ faults: { oneWaySg: ['*'] } })
      const login = directory.login({ username: person.username, password, mfaCode: 'push' })
      await person.phone.answerNext('approve')
      // the reply has been sent and dropped when the trace shows it
      await untilFound(() =>
        directory.trace
          .events()
          .find(({ name, outcome }) => name === 'reply' && outcome === 'lost'),
      )
      directory.setKnobs({ faults: { oneWaySg: [] } })
      const { result } = await login
      const duplicates = Math.max(0, (await stage.promptsOf(person)) - 1)
      if (cell.resend === 'same-packet') return verdict(result, 'accepted', duplicates)
      // nothing tells such a packet from a second login, and one approval lets in one login
      return { kind: 'open', seen: `${result}, ${duplicates} further prompts`, duplicates: 0 }
    },
  }
}

/** A second login of the same user while a push waits, as an attacker with the password would send it. */
export function parallelLogin(setup: Setup, afterSecs: number): Scenario {
  return {
    number: 31,
    title: `a parallel login ${afterSecs} s after the first, one approval`,
    expected: 'one approval lets in one login',
    setups: [setup],
    async run(stage, cell): Promise<Verdict> {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const other = await stage.enabled({ ...cell, controllerPick: 'random' }, setup)
      const request = { username: person.username, password, mfaCode: 'push' }
      const first = directory.login(request)
      const { txid } = await person.phone.nextRequest()
      await delay(afterSecs * 1000)
      const second = other.login(request)
      await delay(500)
      await person.phone.answer(String(txid), 'approve')
      const results = (await Promise.all([first, second])).map(({ result }) => result)
      const count = results.filter((result) => result === 'accepted').length
      const isRight = count <= 1
      return { kind: isRight ? 'right' : 'wrong', seen: results.join(' and '), duplicates: 0 }
    },
  }
}

/** Waits for many pushes of many users at once. */
export function manyPushes(setup: Setup, count: number): Scenario {
  return {
    number: 25,
    title: `${count} pushes wait at once, approved in another order`,
    expected: 'each user is let in by their own approval, one push each',
    setups: [setup],
    isSingle: true,
    async run(stage, cell) {
      const directory = await stage.enabled({ ...cell, srcPort: 'per-controller' }, setup)
      const people: Person[] = []
      for (let index = 0; index < count; index++) people.push(await stage.person())
      const logins = people.map(({ username }) =>
        directory.login({ username, password, mfaCode: 'push' }),
      )
      const [results] = await Promise.all([Promise.all(logins), approveInReverse(people)])
      const accepted = results.filter(({ result }) => result === 'accepted').length
      const prompts = await Promise.all(people.map((person) => stage.promptsOf(person)))
      const duplicates = prompts.reduce((sum, number) => sum + Math.max(0, number - 1), 0)
      return verdict(accepted, count, duplicates)
    },
  }
}

async function approveInReverse(people: readonly Person[]): Promise<void> {
  for (const { phone } of people.toReversed()) await phone.answerNext('approve')
}

/** The proxy that was asked first stops while the push waits; the other one takes over. */
export function killedProxy(setup: Setup): Scenario {
  return {
    number: 17,
    title: 'the first proxy stops while a push waits',
    expected: 'the second proxy gets the same push; accepted',
    setups: [setup],
    hasOwnStage: true,
    async run(stage: Stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const login = directory.login({ username: person.username, password, mfaCode: 'push' })
      await person.phone.nextRequest()
      await stage.proxies[0]?.stop()
      await untilFound(() =>
        directory.trace.events().find(({ to }) => to.startsWith('proxy-127.0.0.2')),
      )
      await delay((setup.timeoutSecs * 1000) / 2)
      const shown = await approveAll(person, login)
      const { result } = await login
      const duplicates = Math.max(0, (await stage.promptsOf(person)) - 1)
      const found = verdict(result, 'accepted', duplicates)
      return { ...found, seen: `${found.seen}, phone: ${shown}` }
    },
  }
}
