import { setTimeout as delay } from 'node:timers/promises'
import type { WorkspacesDirectory } from '../../../src/workspaces/directory/directory.ts'
import type { LoginResult } from '../../../src/workspaces/directory/login.ts'
import { untilFound } from '../../rig/until.ts'
import type { KnobCell } from './knob_matrix.ts'
import { type Scenario, type Verdict, verdict } from './scenario.ts'
import { type Person, password, type Setup, type Stage } from './stage.ts'

/** Seconds by which answers may be early or late on a busy machine. */
const marginSecs = 0.6
/** Later than this, the machine was too busy for the cell to prove what it is about, and it is run again. */
const maxLatenessMs = 300
/** A standstill that moves a retry out of the time at which it is expected. */
const maxStallMs = 700
const runsOfACell = 3
const atTheEnd = `the answer comes within ${marginSecs} s of the moment at which the directory gives up`

/** When the directory stops listening, in seconds after the first packet. */
export function listeningEndSecs(setup: Setup, cell: KnobCell): number {
  const attempts = (setup.retries + 1) * setup.proxies
  return Math.min(setup.timeoutSecs * attempts, (cell.deadlineMs ?? 40_000) / 1000)
}

/** A push that is approved after a time, of a directory that retries. */
export function approvedPush(
  setup: Setup,
  approveAtSecs: number,
  cells: readonly KnobCell[],
): Scenario {
  const { timeoutSecs, retries, proxies } = setup
  return {
    number: 9,
    title: `push approved at ${approveAtSecs} s, timeout ${timeoutSecs} s, retries ${retries}, proxies ${proxies}`,
    expected: 'accepted while the directory listens, else denied; one push',
    setups: [setup],
    isWaiting: true,
    cells,
    async run(stage, cell) {
      let found: Verdict = { kind: 'wrong', seen: 'not run', duplicates: 0 }
      for (let run = 0; run < runsOfACell && found.kind === 'wrong'; run++) {
        const { isLate, ...seen } = await approveAt(stage, cell, setup, approveAtSecs)
        found = seen
        if (!isLate) break
      }
      return found
    },
  }
}

async function approveAt(
  stage: Stage,
  cell: KnobCell,
  setup: Setup,
  approveAtSecs: number,
): Promise<Verdict & { readonly isLate: boolean }> {
  const person = await stage.person()
  const directory = await stage.enabled(cell, setup)
  const start = performance.now()
  const login = directory.login({ username: person.username, password, mfaCode: 'push' })
  let latenessMs = 0
  const approval = delay(approveAtSecs * 1000).then(async () => {
    const shown = await approveAll(person, login, () => {
      latenessMs = performance.now() - start - approveAtSecs * 1000
    })
    return shown
  })
  const [{ result }, approved] = await Promise.all([login, approval])
  const duplicates = Math.max(0, (await stage.promptsOf(person)) - 1)
  const end = listeningEndSecs(setup, cell)
  const isLate = latenessMs > maxLatenessMs || stage.longestStallMs(start) > maxStallMs
  if (Math.abs(approveAtSecs - end) < marginSecs && duplicates === 0) {
    return { kind: 'open', seen: result, duplicates, because: atTheEnd, isLate }
  }
  const expected = approveAtSecs < end ? 'accepted' : 'denied'
  const found = verdict(result, expected, duplicates)
  return { ...found, seen: `${found.seen}, phone: ${approved}`, isLate }
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
async function approveAll(
  { phone }: Person,
  login: Promise<unknown>,
  onApproval: () => void = () => {},
): Promise<string> {
  let isOver = false
  void login.then(() => {
    isOver = true
  })
  let requests = await phone.requests()
  while (requests.length === 0 && !isOver) {
    await delay(100)
    requests = await phone.requests()
  }
  onApproval()
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

/**
 * The reply to the first attempt is lost; the user approved in time. A retry with the same packet gets the same reply
 * again. One with a new packet is a new login: a request may join another only while that one has had no answer, because
 * one approval lets in one login.
 */
export function lostReply(setup: Setup): Scenario {
  return {
    number: 19,
    title: 'the reply to the approved attempt is lost',
    expected:
      'accepted; same packet: without another prompt; new packet: a new login, which asks once more and is approved',
    setups: [setup],
    isWaiting: true,
    hasRetries: true,
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
      const isNewLogin = cell.resend !== 'same-packet'
      if (isNewLogin) await approveAll(person, login)
      const { result } = await login
      const prompts = await stage.promptsOf(person)
      return verdict([result, prompts], ['accepted', isNewLogin ? 2 : 1])
    },
  }
}

/**
 * A second login of the same user while a push waits, as an attacker with the password would send it: at any time, or at
 * the time of the rightful login's next attempt.
 */
export function parallelLogin(setup: Setup, afterSecs: number): Scenario {
  const isInSlot = Math.abs(afterSecs - setup.timeoutSecs) < 1.5
  return {
    number: 31,
    title: `an attacker's login ${afterSecs} s after the first, which is approved`,
    expected: isInSlot
      ? 'the attacker is denied; each login is shown on its own'
      : 'the attacker is denied; the rightful login is let in',
    setups: [setup],
    isWaiting: true,
    hasRetries: true,
    async run(stage, cell): Promise<Verdict> {
      const person = await stage.person()
      // from the same controller, because logins from different ones are told apart
      const knobs = { ...cell, controllerPick: 'sticky-user' } as const
      const directory = await stage.enabled(knobs, setup)
      const other = await stage.enabled(knobs, setup)
      const request = { username: person.username, password, mfaCode: 'push' }
      const first = directory.login(request)
      const { txid } = await person.phone.nextRequest()
      await delay(afterSecs * 1000)
      const second = other.login(request)
      await delay(500)
      void person.phone.answer(String(txid), 'approve')
      const results = (await Promise.all([first, second])).map(({ result }) => result)
      const seen = verdict(results, ['accepted', 'denied'])
      if (seen.kind === 'right' || !isInSlot || results[1] === 'accepted') return seen
      const because =
        'two requests compete for one retry, and nothing in them tells which is the attacker: neither rides on the approval, each is shown as a login of its own'
      return { kind: 'open', seen: results.join(' and '), duplicates: 0, because }
    },
  }
}

/** Waits for many pushes of many users at once, from ports that all logins of a controller share. */
export function manyPushes(setup: Setup, count: number): Scenario {
  return {
    number: 25,
    title: `${count} pushes wait at once, approved in another order`,
    expected: 'each user is let in by their own approval, one push each',
    setups: [setup],
    isSingle: true,
    async run(stage) {
      const directory = await stage.enabled(crowded, setup)
      const people = await stage.crowd(count)
      const { logins, waiting } = await beginAll(directory, people)
      await approveInReverse(people)
      const results = await Promise.all(logins)
      const accepted = results.filter(({ result }) => result === 'accepted').length
      const prompts = await Promise.all(people.map((person) => stage.promptsOf(person)))
      const duplicates = prompts.reduce((sum, number) => sum + Math.max(0, number - 1), 0)
      return explained(directory, verdict([waiting, accepted], [count, count], duplicates))
    },
  }
}

/**
 * More requests in flight than a port has Identifiers, and more than 256 further ones beside them, so that Identifiers
 * are used again.
 */
export function identifierWrap(setup: Setup, pending: number, passcodes: number): Scenario {
  return {
    number: 33,
    title: `${pending} pushes wait on the shared ports of one controller, and ${passcodes} passcodes come beside them`,
    expected: 'all accepted; no port has two requests with one Identifier',
    setups: [setup],
    isSingle: true,
    async run(stage) {
      const directory = await stage.enabled(crowded, setup, {}, { controllers: 1 })
      const people = await stage.crowd(pending)
      const before = await stage.promptsOfAll(people)
      const { logins, waiting } = await beginAll(directory, people)
      let right = 0
      await inGroups(people.slice(0, passcodes), async ({ username, token }) => {
        const mfaCode = token.code(0)
        const { result } = await directory.login({ username, password, mfaCode })
        if (result === 'accepted') right++
      })
      await approveInReverse(people)
      const accepted = (await Promise.all(logins)).filter(({ result }) => result === 'accepted')
      const duplicates = (await stage.promptsOfAll(people)) - before - pending
      const ports = new Set(
        directory.trace
          .events()
          .map(({ detail }) => /port (\d+)/.exec(detail)?.[1])
          .filter((port) => port !== undefined),
      )
      const seen = [waiting, accepted.length, right, ports.size > 1]
      const expected = [pending, pending, passcodes, true]
      return explained(directory, verdict(seen, expected, Math.max(0, duplicates)))
    },
  }
}

/** The same packets again, so that each retry is recognised even if the machine is busy. */
const crowded: KnobCell = {
  resend: 'same-packet',
  srcPort: 'per-controller',
  controllerPick: 'round-robin',
  deadlineMs: 300_000,
}
const groupSize = 20

async function inGroups(
  people: readonly Person[],
  action: (person: Person) => Promise<void>,
): Promise<void> {
  const queue = [...people]
  const worker = async (): Promise<void> => {
    for (let person = queue.shift(); person !== undefined; person = queue.shift()) {
      await action(person)
    }
  }
  await Promise.all(Array.from({ length: groupSize }, worker))
}

/** Begins a login with a push for everyone; `waiting` says how many wait at the same time at the end. */
async function beginAll(
  directory: WorkspacesDirectory,
  people: readonly Person[],
): Promise<{ readonly logins: readonly Promise<LoginResult>[]; readonly waiting: number }> {
  const logins: Promise<LoginResult>[] = []
  let ended = 0
  await inGroups(people, async ({ username, phone }) => {
    const login = directory.login({ username, password, mfaCode: 'push' })
    logins.push(login)
    void login.then(() => {
      ended++
    })
    await Promise.race([persistently(() => phone.nextRequest()), login])
  })
  return { logins, waiting: logins.length - ended }
}

async function approveInReverse(people: readonly Person[]): Promise<void> {
  await inGroups(people.toReversed(), async ({ phone }) => {
    const [request] = await persistently(() => phone.requests())
    if (request === undefined) return
    await persistently(() => phone.answer(String(request.txid), 'approve'))
  })
}

const maxLostConnections = 5

/** Asks again if the connection broke, as the app on a phone does. */
async function persistently<Value>(action: () => Promise<Value>): Promise<Value> {
  for (let lost = 0; ; lost++) {
    try {
      return await action()
    } catch (error) {
      if (lost === maxLostConnections) throw error
    }
  }
}

/** Adds why logins were denied. */
function explained(directory: WorkspacesDirectory, found: Verdict): Verdict {
  const reasons = directory.trace.events().filter(({ name }) => name === 'denied')
  const counts = Object.entries(Object.groupBy(reasons, ({ detail }) => detail)).map(
    ([reason, events = []]) => `${events.length} times ${reason}`,
  )
  return { ...found, seen: [found.seen, ...counts].join('; ') }
}

/** The proxy that was asked first is killed while the push waits; the other one takes over. */
export function killedProxy(setup: Setup): Scenario {
  return {
    number: 17,
    title: 'the first proxy, a program of its own, is killed by SIGKILL while a push waits',
    expected: 'the second proxy joins the same push; accepted',
    setups: [setup],
    hasOwnStage: true,
    isFirstProxySeparate: true,
    async run(stage: Stage, cell) {
      const person = await stage.person()
      const directory = await stage.enabled(cell, setup)
      const login = directory.login({ username: person.username, password, mfaCode: 'push' })
      await person.phone.nextRequest()
      await stage.killFirstProxy()
      await untilFound(() =>
        directory.trace
          .events()
          .find(
            ({ kind, to, loginId }) =>
              kind === 'radius' && loginId !== undefined && to.startsWith('proxy-127.0.0.2'),
          ),
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
