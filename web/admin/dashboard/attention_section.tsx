import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import { LinkButton } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'

interface Item {
  readonly kind: keyof typeof words
  readonly tone: 'danger' | 'warning' | 'info'
  readonly count: number
  readonly to: string
}

/** What each item says, and what its button does. */
const words = {
  fraud_reports: (count: number) => [
    `${count} ${count === 1 ? 'sign-in was' : 'sign-ins were'} reported as fraud in the last 7 days`,
    'Someone else knows the password of these users. Talk to them, and have the password changed.',
    'Show',
  ],
  locked_users: (count: number) => [
    `${count} ${count === 1 ? 'user is' : 'users are'} locked out`,
    'After too many failed attempts, or by an administrator.',
    'Show',
  ],
  bypass_without_end: (count: number) => [
    `${count} ${count === 1 ? 'user signs' : 'users sign'} in without a second factor, with no end`,
    'Set an end, or make them active again.',
    'Show',
  ],
  one_owner: () => [
    'There is only one owner',
    'If they lose their second factor, only the command line helps. Invite a second one.',
    'Open',
  ],
  signature_v1: (count: number) => [
    `${count} ${count === 1 ? 'application accepts' : 'applications accept'} signature version 1`,
    'Such requests can be replayed. Turn it off once the client is up to date.',
    'Show',
  ],
  proxy_fail_open: (count: number) => [
    `${count} ${count === 1 ? 'proxy' : 'proxies'} let users in without a second factor in the last day`,
    'The service was down for them, and failmode=safe accepts sign-ins then.',
    'Show',
  ],
  proxy_lost: (count: number) => [
    `${count} authentication ${count === 1 ? 'proxy does' : 'proxies do'} not report any more`,
    'Check the machine and its network. Forget a proxy that you have removed.',
    'Show',
  ],
  proxy_unsigned: (count: number) => [
    `${count} ${count === 1 ? 'proxy has' : 'proxies have'} a RADIUS client without Message-Authenticator`,
    'An attacker in the network can forge replies to it (CVE-2024-3596). Update the client.',
    'Show',
  ],
  single_proxy: (count: number) => [
    `${count} ${count === 1 ? 'application has' : 'applications have'} only one authentication proxy`,
    'Nobody signs in while it is down. Run a second one with the same configuration.',
    'Show',
  ],
  no_mail: () => [
    'The service can’t send mail',
    'Invitations and warnings are not delivered. Set up [mail] in countersign.cfg.',
    'Settings',
  ],
  test_mode: () => [
    'Messages are not delivered',
    'SMS, calls or mail stay in the outbox. That is right for a trial, and wrong for real users.',
    'Outbox',
  ],
  not_enrolled: (count: number) => [
    `${count} ${count === 1 ? 'user has' : 'users have'} no device`,
    'Invite them, so that they can sign in.',
    'Show',
  ],
} as const

const icons = { danger: IconAlertTriangle, warning: IconAlertTriangle, info: IconInfoCircle }

/** What an administrator should look at, the most urgent first. */
export function AttentionSection() {
  const { data } = useView<{ readonly items: readonly Item[] }>(
    'dashboard/attention',
    {},
    { everyMs: 60_000 },
  )
  if (data === undefined) return null
  if (data.items.length === 0) {
    return (
      <p className="attention-none">
        <IconCircleCheck size={20} aria-hidden /> Nothing needs your attention.
      </p>
    )
  }
  return (
    <Section title="Needs attention">
      <ul className="attention" aria-label="Needs attention">
        {data.items.map(({ kind, tone, count, to }) => {
          const [title, advice, action] = words[kind](count)
          const Icon = icons[tone]
          return (
            <li key={kind} data-tone={tone}>
              <Icon size={20} aria-hidden />
              <div>
                <b>{title}</b>
                <div className="row-detail">{advice}</div>
              </div>
              <LinkButton to={to} variant="default" size="xs">
                {action}
                <span className="visually-hidden">: {title}</span>
              </LinkButton>
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
