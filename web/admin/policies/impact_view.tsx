import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import type { UseMutationResult } from '@tanstack/react-query'
import { Failed, Problem } from '../../parts/problem.tsx'
import { signInWords } from '../../parts/sign_in_words.ts'
import { errorMessage, fieldProblem, formProblem } from '../api.ts'
import { TextLink } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { type Effect, effectWords, type Impact, notShownWords, useImpact } from './impact.ts'
import type { Proposal } from './policy.ts'

/** What a change would have done, and the buttons that make it or go back. */
export function ImpactStep<Input>({
  proposal,
  action,
  act,
  input,
  backLabel = 'Back',
  onBack,
}: {
  readonly proposal: Proposal
  /** Label of the button: `Save`. */
  readonly action: string
  readonly act: Pick<UseMutationResult<unknown, Error, Input>, 'mutate' | 'isPending' | 'error'>
  readonly input: Input
  readonly backLabel?: string
  readonly onBack: () => void
}) {
  const { isSuccess } = useImpact(proposal)
  return (
    <Stack gap="md">
      <ImpactView proposal={proposal} />
      <Problem>{fieldProblem(act.error, 'sections') ?? formProblem(act.error)}</Problem>
      <Group justify="flex-end" gap="sm">
        <Button variant="default" onClick={onBack}>
          {backLabel}
        </Button>
        <Button disabled={!isSuccess} loading={act.isPending} onClick={() => act.mutate(input)}>
          {action}
        </Button>
      </Group>
    </Stack>
  )
}

/** What a change would have done to the sign-ins of the last 7 days. */
export function ImpactView({ proposal }: { readonly proposal: Proposal }) {
  const { data, error, refetch } = useImpact(proposal)
  if (error !== null) {
    return (
      <Failed
        title="The impact can’t be shown"
        message={errorMessage(error)}
        retry={() => refetch()}
      />
    )
  }
  if (data === undefined) {
    return (
      <Group gap="sm" role="status">
        <Loader size="sm" aria-hidden />
        <Text fz="sm">Replaying the sign-ins of the last 7 days…</Text>
      </Group>
    )
  }
  return <ShownImpact impact={data} />
}

function ShownImpact({ impact }: { readonly impact: Impact }) {
  const { sign_ins, bounded, applications, effects, weakened, not_shown } = impact
  const counted = effects.filter((effect) => effect.sign_ins > 0)
  return (
    <Stack gap="md" role="status">
      {weakened.length > 0 && (
        <Alert color="warning" variant="light" title="This asks less of users">
          Sections: {weakened.map(({ title }) => title).join(', ')}. If two-person approval is on,
          another administrator has to approve it.
        </Alert>
      )}
      <Text fz="sm">{headline(impact, counted.length > 0)}</Text>
      {counted.length > 0 && (
        <ul className="impact-list" aria-label="Sign-ins that would end differently">
          {counted.map((effect) => (
            <EffectRow key={effect.effect} effect={effect} />
          ))}
        </ul>
      )}
      {applications.length > 0 && (
        <ul className="impact-notes">
          {bounded && <li>Only the newest {sign_ins.toLocaleString()} sign-ins were read.</li>}
          <li>Groups and devices are those of today.</li>
          {not_shown.map((name) => (
            <li key={name}>{notShownWords[name] ?? name}</li>
          ))}
        </ul>
      )}
    </Stack>
  )
}

function headline({ sign_ins, applications }: Impact, isAny: boolean): string {
  if (applications.length === 0) return 'The policy applies nowhere yet, so no sign-in changes.'
  const count = sign_ins.toLocaleString()
  if (sign_ins === 0) return 'There were no sign-ins in the last 7 days to compare.'
  return isAny
    ? `Of ${count} sign-ins in the last 7 days:`
    : `None of the ${count} sign-ins of the last 7 days would have ended differently.`
}

function EffectRow({ effect }: { readonly effect: Effect }) {
  const { sign_ins, users, reasons, examples } = effect
  const named = reasons.filter(({ reason }) => reason !== '')
  return (
    <li>
      <div className="impact-effect">
        <span className="impact-number">{sign_ins.toLocaleString()}</span>
        <div>
          <div>{effectWords[effect.effect] ?? effect.effect}</div>
          <div className="row-detail">
            {[
              `${users.toLocaleString()} ${users === 1 ? 'user' : 'users'}`,
              ...named.map(
                ({ reason, sign_ins: count }) =>
                  `${signInWords({ factor: '', reason })}: ${count.toLocaleString()}`,
              ),
            ].join(' · ')}
          </div>
        </div>
      </div>
      {examples.length > 0 && (
        <details>
          <summary>Examples</summary>
          <ul className="impact-examples">
            {examples.map(({ user_id, username, application, timestamp }) => (
              <li key={user_id ?? username}>
                {user_id === null ? (
                  <span>{username}</span>
                ) : (
                  <TextLink to={`/users/${user_id}`}>{username}</TextLink>
                )}
                <span className="row-detail">
                  {application}, <Moment at={timestamp} withDate />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}
