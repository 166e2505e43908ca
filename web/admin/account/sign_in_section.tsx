import { DefinitionList } from '../parts/definition_list.tsx'
import { Moment } from '../parts/moment.tsx'
import { Section } from '../parts/section.tsx'
import type { Profile } from './profile.ts'

/** The last two sign-ins of the account, and the failed attempts since the first of them. */
export function SignInSection({
  signIns: { last, before, failed_before, failed_since, last_failed },
}: {
  readonly signIns: Profile['sign_ins']
}) {
  const failed = failed_before + failed_since
  return (
    <Section
      title="Sign-ins"
      description={
        failed === 0
          ? 'No failed attempts since the sign-in before the last one.'
          : 'If the failed attempts were not yours, change your password, and tell an owner.'
      }
    >
      <DefinitionList
        items={[
          ['Last sign-in', <Moment key="last" at={last} />],
          ['Sign-in before it', <Moment key="before" at={before} none="none" />],
          ['Failed attempts between them', String(failed_before)],
          ['Failed attempts since the last one', String(failed_since)],
          ...(last_failed === null
            ? []
            : [['Latest failed attempt', <Moment key="failed" at={last_failed} />] as const]),
        ]}
      />
    </Section>
  )
}
