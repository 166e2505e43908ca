import { systemClock } from '../../../src/host/clock.ts'
import { Outbox, type OutboxEntry } from '../../../src/service/messaging/outbox/outbox.ts'
import { secret, startServer } from '../../rig/radius_peer.ts'
import { untilFound } from '../../rig/until.ts'
import { type Scenario, verdict } from './scenario.ts'
import { password, type Setup, type Stage } from './stage.ts'

/** Scenarios of messages and calls, which go to the outbox. */
export function messageScenarios(setup: Setup): readonly Scenario[] {
  return [
    {
      number: 12,
      title: 'sms is denied, and the code from the message lets in',
      expected: 'denied, accepted, denied',
      setups: [setup],
      async run(stage, cell, index) {
        const number = numberFor(12, index)
        const username = await addOwner(stage, number)
        const directory = await stage.enabled(cell, setup)
        const login = async (mfaCode: string) =>
          (await directory.login({ username, password, mfaCode })).result
        const first = await login('sms')
        const { text } = await findEntry(stage, number)
        const code = /\d+$/.exec(text)?.[0] ?? ''
        return verdict(
          [first, await login(code), await login(code)],
          ['denied', 'accepted', 'denied'],
        )
      },
    },
    {
      number: 13,
      title: 'phone: the key that confirms is pressed',
      expected: 'accepted',
      setups: [setup],
      async run(stage, cell, index) {
        const number = numberFor(13, index)
        const username = await addOwner(stage, number)
        const directory = await stage.enabled(cell, setup)
        const login = directory.login({ username, password, mfaCode: 'phone' })
        const call = await findEntry(stage, number)
        const key = call.kind === 'phone' ? call.confirmKeys.charAt(0) : ''
        await outboxOf(stage).answer(call.id, key)
        return verdict((await login).result, 'accepted')
      },
    },
  ]
}

/** A server that answers with a challenge, which no server of ours does to a directory. */
export function challengeScenarios(setup: Setup): readonly Scenario[] {
  return (['fail-now', 'ignore-until-timeout'] as const).map((onChallenge) => ({
    number: 20,
    title: `a challenge by mistake, the directory: ${onChallenge}`,
    expected: 'denied',
    setups: [setup],
    async run(stage, cell) {
      const server = await startServer({
        answer: async ({ username }) => ({
          code: username === 'alice' ? 11 : 3,
          attributes: [],
        }),
      })
      try {
        const directory = stage.directory({ ...cell, onChallenge })
        directory.enableRadius({
          RadiusServers: ['127.0.0.1'],
          RadiusPort: server.address.port,
          RadiusTimeout: 1,
          RadiusRetries: 1,
          SharedSecret: secret,
          AuthenticationProtocol: 'PAP',
        })
        await directory.probed()
        const login = await directory.login({ username: 'alice', password, mfaCode: '1' })
        return verdict(login.result, 'denied')
      } finally {
        await server.close()
      }
    },
  }))
}

function numberFor(scenario: number, index: number): string {
  return `+1555010${scenario}${String(index).padStart(2, '0')}`
}

/** A user whose only device is a phone for messages and calls. @returns The username. */
async function addOwner(stage: Stage, number: string): Promise<string> {
  const username = `owner${number.slice(1)}`
  const { userId } = await stage.service.addUser({ username })
  await stage.service.addPhone(userId, number)
  return username
}

function outboxOf(stage: Stage): Outbox {
  return new Outbox(stage.service.folder, systemClock)
}

async function findEntry(stage: Stage, number: string): Promise<OutboxEntry> {
  return await untilFound(async () =>
    (await outboxOf(stage).list()).find(({ to }) => to === number),
  )
}
