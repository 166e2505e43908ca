import { Secret } from '../../../src/host/secret.ts'
import { testSecret } from '../../rig/proxy_at_work.ts'
import { type Scenario, verdict } from './scenario.ts'
import { password, type Setup } from './stage.ts'

const longest = 'Ab1!'.repeat(128)

/** What one listener accepts, and the secret of the directory. */
interface SecretCase {
  readonly number: number
  readonly title: string
  readonly secret: string
  readonly previousSecret?: string
  readonly used: string
  readonly failmode?: 'safe' | 'secure'
  readonly isServiceDown?: boolean
  readonly isIpv6?: boolean
  /** The passcode, if absent. */
  readonly word?: 'push'
  readonly expected: 'accepted' | 'denied'
}

const cases: readonly SecretCase[] = [
  {
    number: 24,
    title: 'a secret of 512 characters',
    secret: longest,
    used: longest,
    expected: 'accepted',
  },
  {
    number: 29,
    title: 'the directory still has the old secret during a rotation',
    secret: 'the new secret',
    previousSecret: 'the old secret',
    used: 'the old secret',
    expected: 'accepted',
  },
  {
    number: 29,
    title: 'the directory already has the new secret during a rotation',
    secret: 'the new secret',
    previousSecret: 'the old secret',
    used: 'the new secret',
    expected: 'accepted',
  },
  {
    number: 26,
    title: 'a server with an IPv6 address',
    secret: testSecret,
    used: testSecret,
    isIpv6: true,
    expected: 'accepted',
  },
  ...(['safe', 'secure'] as const).flatMap((failmode) =>
    (['passcode', 'push'] as const).map((factor) => ({
      number: 18,
      title: `the MFA service is down, failmode=${failmode}, ${factor}`,
      secret: testSecret,
      used: testSecret,
      failmode,
      isServiceDown: true,
      ...(factor === 'push' ? { word: factor } : {}),
      expected: failmode === 'safe' ? ('accepted' as const) : ('denied' as const),
    })),
  ),
]

/** Scenarios that need a listener of their own. */
export function listenerScenarios(setup: Setup): readonly (Scenario & {
  readonly changes: NonNullable<Scenario['changes']>
})[] {
  return cases.map((one) => ({
    number: one.number,
    title: one.title,
    expected: one.expected,
    setups: [setup],
    hasOwnStage: true,
    changes: {
      failmode: one.failmode ?? 'secure',
      ...(one.isIpv6 === true ? { interfaceAddress: '::1' } : {}),
      radiusClients: [
        {
          name: 'radius_ip_1',
          addresses: one.isIpv6 === true ? '::1' : '127.0.0.0/8',
          secret: new Secret(one.secret),
          ...(one.previousSecret === undefined
            ? {}
            : { previousSecret: new Secret(one.previousSecret) }),
          messageAuthenticator: 'auto',
          messageAuthenticatorInReplies: true,
        },
      ],
    },
    async run(stage, cell) {
      const directory = await stage.enabled(cell, setup, {
        SharedSecret: one.used,
        ...(one.isIpv6 === true ? { RadiusServers: ['::1'] } : {}),
      })
      const { username, token } = await stage.person()
      if (one.isServiceDown === true) await stage.service.service.close()
      const mfaCode = one.word ?? token.code(0)
      const login = await directory.login({ username, password, mfaCode })
      return verdict(login.result, one.expected)
    },
  }))
}
