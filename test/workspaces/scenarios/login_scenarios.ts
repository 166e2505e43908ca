import { Secret } from '../../../src/host/secret.ts'
import type { LoginResult } from '../../../src/workspaces/directory/login.ts'
import type { AuthenticationProtocol } from '../../../src/workspaces/radius_settings/limits.ts'
import { testSecret } from '../../rig/proxy_at_work.ts'
import type { KnobCell } from './knob_matrix.ts'
import { type Scenario, verdict } from './scenario.ts'
import { type Person, password, type Setup, type Stage } from './stage.ts'

type Outcome = LoginResult['result']

/** How a scenario signs a person in. */
interface Scene {
  readonly person: Person
  readonly login: (mfaCode: string, username?: string) => Promise<Outcome>
  readonly prompts: () => Promise<number>
}

/** Scenarios of sign-ins with a passcode, with words that need no answer, and with odd input. */
export function loginScenarios(setup: Setup): readonly Scenario[] {
  const scenario = (
    number: number,
    title: string,
    expected: readonly unknown[],
    play: (scene: Scene) => Promise<readonly unknown[]>,
    options: { readonly knobs?: object; readonly settings?: object } = {},
  ): Scenario => ({
    number,
    title,
    expected: expected.join(', '),
    setups: [setup],
    async run(stage, cell) {
      const directory = await stage.enabled({ ...cell, ...options.knobs }, setup, options.settings)
      const person = await stage.person()
      const seen = await play({
        person,
        login: async (mfaCode, username = person.username) =>
          (await directory.login({ username, password, mfaCode })).result,
        prompts: () => stage.promptsOf(person),
      })
      return verdict(seen, expected)
    },
  })
  return [
    scenario(8, 'passcode right', ['accepted', 0], async ({ login, person, prompts }) => [
      await login(person.token.code(0)),
      await prompts(),
    ]),
    scenario(8, 'passcode wrong', ['denied', 0], async ({ login, prompts }) => [
      await login('000000'),
      await prompts(),
    ]),
    scenario(8, 'passcode replayed', ['accepted', 'denied'], async ({ login, person }) => {
      const code = person.token.code(1)
      return [await login(code), await login(code)]
    }),
    scenario(14, 'the password in the MFA field', ['denied', 0], async ({ login, prompts }) => [
      await login(password),
      await prompts(),
    ]),
    scenario(
      15,
      'an empty MFA field that the client blocks',
      ['denied', 0],
      async ({ login, prompts }) => [await login(''), await prompts()],
      { knobs: { emptyMfa: 'block-in-ui' } },
    ),
    scenario(
      15,
      'no credential in the request',
      ['denied', 0],
      async ({ login, prompts }) => [await login(''), await prompts()],
      { knobs: { emptyMfa: 'send-nothing' }, settings: { RadiusTimeout: 10, RadiusRetries: 0 } },
    ),
    scenario(16, 'a user whom the domain does not know', ['denied'], async ({ login }) => [
      await login('push', 'nobody1'),
    ]),
    scenario(
      16,
      'a user whom the service does not know, RADIUS first',
      ['denied'],
      async ({ login }) => [await login('push', 'nobody2')],
      { knobs: { order: 'radius-first' } },
    ),
    ...protocolScenarios(scenario),
    scenario(
      23,
      'names in other forms',
      ['denied', 'accepted', 'accepted'],
      async ({ login, person }) => [
        await login(person.token.code(0), `CORP\\${person.username}`),
        await login(person.token.code(0), person.username.toUpperCase()),
        await login(person.token.code(1), person.username),
      ],
    ),
    scenario(24, 'a code that is no ASCII', ['denied'], async ({ login }) => [
      await login('пароль 🔑'),
    ]),
    scenario(
      24,
      '128 octets in the MFA field, and 129',
      ['denied', 'denied', 'accepted'],
      async ({ login, person }) => [
        await login('x'.repeat(128)),
        await login('x'.repeat(129)),
        await login(person.token.code(0)),
      ],
    ),
    scenario(
      28,
      'duplicated and reordered datagrams',
      ['accepted', 'denied', 0],
      async ({ login, person, prompts }) => [
        await login(person.token.code(0)),
        await login('000000'),
        await prompts(),
      ],
      { knobs: { faults: { dupPct: 100, reorderPct: 50 } } },
    ),
    scenario(
      28,
      'late replies are dropped, and the retry gets the same answer',
      ['denied'],
      async ({ login }) => [await login('000000')],
      { knobs: { faults: { delayMs: 100 } } },
    ),
  ]
}

/** Scenario 22: a passcode with each protocol, and MS-CHAPv2 verifies the server's proof. */
function protocolScenarios(
  scenario: (
    number: number,
    title: string,
    expected: readonly unknown[],
    play: (scene: Scene) => Promise<readonly unknown[]>,
    options: { readonly knobs?: object; readonly settings?: object },
  ) => Scenario,
): Scenario[] {
  const protocols: readonly AuthenticationProtocol[] = ['CHAP', 'MS-CHAPv1', 'MS-CHAPv2']
  return protocols.flatMap((AuthenticationProtocol) =>
    (['attr60', 'authenticator'] as const)
      .filter((place) => AuthenticationProtocol === 'CHAP' || place === 'attr60')
      .flatMap((chapChallenge) => {
        const place = AuthenticationProtocol === 'CHAP' ? `, challenge in ${chapChallenge}` : ''
        const options = { knobs: { chapChallenge }, settings: { AuthenticationProtocol } }
        return [
          scenario(
            22,
            `passcode by ${AuthenticationProtocol}${place}`,
            ['denied', 'accepted'],
            async ({ login, person }) => [await login('000000'), await login(person.token.code(0))],
            options,
          ),
          scenario(
            22,
            `push by ${AuthenticationProtocol}${place}`,
            ['accepted', 1],
            async ({ login, person, prompts }) => {
              const [outcome] = await Promise.all([
                login('push'),
                person.phone.answerNext('approve'),
              ])
              return [outcome, await prompts()]
            },
            options,
          ),
        ]
      }),
  )
}

const messageAuthenticators = ['none', 'send', 'send-and-require', 'send-require-first'] as const

/** Scenario 21: every pair of what the directory and the proxy do with Message-Authenticator. */
export function messageAuthenticatorScenarios(setup: Setup): readonly Scenario[] {
  return (['auto', 'required', 'off'] as const).flatMap((policy) =>
    messageAuthenticators.map((messageAuthenticator) => {
      const isRefused = policy === 'required' && messageAuthenticator === 'none'
      const expected = isRefused ? ['Failed', 'denied'] : ['Completed', 'accepted']
      return {
        number: 21,
        title: `Message-Authenticator: proxy ${policy}, directory ${messageAuthenticator}`,
        expected: expected.join(', '),
        setups: [setup],
        hasOwnStage: true,
        isSingle: true,
        changes: {
          radiusClients: [
            {
              name: 'radius_ip_1',
              addresses: '127.0.0.0/8',
              secret: new Secret(testSecret),
              messageAuthenticator: policy,
              messageAuthenticatorInReplies: true,
            },
          ],
        },
        async run(stage: Stage, cell: KnobCell) {
          const directory = stage.directory({ ...cell, messageAuthenticator, probeTimeout: 3000 })
          directory.enableRadius(stage.settingsFor(setup))
          await directory.probed()
          const { username, token } = await stage.person()
          const login = await directory.login({ username, password, mfaCode: token.code(0) })
          return verdict([directory.radius?.status, login.result], expected)
        },
      }
    }),
  )
}

/** Scenario 27: a DNS name with two addresses, of which the first is down. */
export function dnsScenarios(setup: Setup): readonly Scenario[] {
  return (['all', 'first'] as const).map((addresses) => ({
    number: 27,
    title: `a DNS name with two addresses, the first down, the directory uses ${addresses}`,
    expected: addresses === 'all' ? 'accepted' : 'denied',
    setups: [setup],
    isWaiting: true,
    hasRetries: true,
    async run(stage: Stage, cell: KnobCell) {
      const resolve = async () => ['127.0.0.1', '127.0.0.2']
      const directory = stage.directory(
        { ...cell, fqdn: { addresses, resolve: 'per-login' } },
        { resolve },
      )
      const RadiusServers = ['radius.corp.example.com']
      directory.enableRadius(stage.settingsFor(setup, { RadiusServers }))
      await directory.probed()
      directory.setKnobs({ faults: { serverDown: ['127.0.0.1'] } })
      const { username, token } = await stage.person()
      const login = await directory.login({ username, password, mfaCode: token.code(0) })
      return verdict(login.result, addresses === 'all' ? 'accepted' : 'denied')
    },
  }))
}
