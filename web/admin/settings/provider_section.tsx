import { Text } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { ActButton } from '../parts/act_button.tsx'
import { DefinitionList } from '../parts/definition_list.tsx'
import { Section } from '../parts/section.tsx'
import { useAdmin } from '../session.ts'
import type { SettingsAnswer } from './setting.ts'

const providerWords: Readonly<Record<string, string>> = {
  off: 'Off',
  outbox: 'Outbox: nothing is sent',
  smtp: 'SMTP server',
  twilio: 'Twilio',
  aws: 'AWS End User Messaging',
  http: 'HTTP gateway',
}

/** The mail server, and a test mail. */
export function MailProviderSection({
  provider,
  readOnly,
}: {
  readonly provider: string
  readonly readOnly: boolean
}) {
  const { email } = useAdmin()
  const taker = provider === 'outbox' ? 'The outbox has' : 'The mail server accepted'
  const [outcome, setOutcome] = useState<string>()
  const send = useAct({
    run: () => api.post<{ readonly problem: string | null }>('settings/test-mail'),
    onDone: ({ problem }) =>
      setOutcome(
        problem === null ? `${taker} a mail to ${email}.` : `The mail was not sent: ${problem}`,
      ),
  })
  return (
    <Section
      title="Mail server"
      description={
        <>
          Set in the section <code>[mail]</code> of countersign.cfg, where its password stays out of
          the database.
        </>
      }
      actions={
        !readOnly &&
        provider !== 'off' && <ActButton label="Send me a test mail" act={send} input={undefined} />
      }
    >
      <DefinitionList items={[['Mail is sent by', providerWords[provider] ?? provider]]} />
      {provider === 'off' && (
        <Text fz="sm" mt="sm">
          Without mail, administrators pass on enrolment links themselves, and users get no notices.
        </Text>
      )}
      {provider === 'outbox' && (
        <Text fz="sm" mt="sm">
          Mails stay in the outbox of the menu.
        </Text>
      )}
      <Text fz="sm" mt="sm" role="status" className="may-be-empty">
        {outcome}
      </Text>
    </Section>
  )
}

/** The providers of messages and calls. */
export function TelephonyProviderSection({
  sms,
  phone,
}: Pick<SettingsAnswer['providers'], 'sms' | 'phone'>) {
  return (
    <Section
      title="Providers"
      description={
        <>
          Set in the sections <code>[sms]</code> and <code>[phone]</code> of countersign.cfg, where
          their keys stay out of the database.
        </>
      }
    >
      <DefinitionList
        items={[
          ['Messages are sent by', providerWords[sms] ?? sms],
          ['Calls are made by', providerWords[phone] ?? phone],
        ]}
      />
    </Section>
  )
}
