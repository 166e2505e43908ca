import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../host/clock.ts'
import { isAddress } from '../../service/applications/policy/policy_networks.ts'
import { explainSignIn } from '../../service/compose/explain_sign_in.ts'
import type { Subject } from '../../service/sign_in/subject.ts'
import { appNamed } from './app.ts'
import { type DataOptions, dataOptions, withStore } from './context.ts'
import { readSince } from './duration.ts'
import { isoTime, json, table } from './output.ts'

interface ExplainOptions extends DataOptions {
  readonly app: string
  readonly ip: string
  readonly at?: number
}

/** `countersign explain` */
export function addExplainVerb(program: Command): void {
  dataOptions(program.command('explain <username>'))
    .description('why a user would be asked, allowed or denied; changes nothing')
    .requiredOption('--app <app>', 'application, by its name or integration key')
    .option(
      '--ip <address>',
      'client address of the sign-in (default: none is known)',
      readAddress,
      '',
    )
    .option('--at <time>', 'time of the sign-in, like 2026-11-28T14:00Z (default: now)', readSince)
    .action(explain)
}

async function explain(username: string, options: ExplainOptions): Promise<void> {
  await withStore(options, async ({ store, location, json: asJson }) => {
    const integration = await appNamed(store, options.app)
    const now = options.at ?? systemClock.now()
    const user = { username }
    const request = { user, integration, ipaddr: options.ip }
    const subject = await explainSignIn(store, location, request, now)
    if (subject === undefined) return
    const { decision, findings, policy } = subject
    const result = describeResult(subject)
    if (asJson) {
      const { kind: name } = decision
      process.stdout.write(
        json({
          username: subject.user?.username ?? username,
          user_id: subject.user?.userId ?? null,
          integration_key: integration.ikey,
          application: integration.name,
          ip: options.ip,
          time: isoTime(now),
          result: name,
          reason: 'reason' in decision ? decision.reason : null,
          status_msg: 'statusMsg' in decision ? decision.statusMsg : null,
          steps: findings,
          sections: policy.rules,
          sources: policy.sources,
          other_sections: policy.unknown,
        }),
      )
      return
    }
    const rows = findings.map(({ step, because, source = '' }, index) => [
      index + 1,
      step,
      because,
      source,
    ])
    process.stdout.write(
      `${username} at ${integration.name}: ${result}\n\n${table(['#', 'STEP', 'FINDING', 'DECIDED BY'], rows, '')}`,
    )
  })
}

function readAddress(text: string): string {
  if (isAddress(text)) return text
  throw new InvalidArgumentError('It is not an IP address; write it like 192.0.2.1 or 2001:db8::1')
}

function describeResult({ decision, phones, tokens }: Subject): string {
  switch (decision.kind) {
    case 'auth': {
      const devices = [
        ...phones.flatMap(({ phoneId, capabilities }) =>
          capabilities.length === 0 ? [] : [`${phoneId} (${capabilities.join(', ')})`],
        ),
        ...tokens.map(({ tokenId }) => tokenId),
      ]
      return `asked for a second factor${devices.length === 0 ? '' : ` with ${devices.join(', ')}`}`
    }
    case 'enroll':
      return `must enrol (${decision.reason})`
    case 'allow':
      return `allowed without a second factor (${decision.reason})`
    case 'deny':
      return `denied (${decision.reason})`
  }
}
