import { Anchor, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconChevronRight, IconClockCode, IconDeviceMobile, IconMessage } from '@tabler/icons-react'
import { useState } from 'react'
import type { Session } from '../api.ts'
import { isPhone } from '../this_device.ts'
import type { AddedDevice } from './added_device.ts'
import { AppStep } from './app_step.tsx'
import { AuthenticatorStep } from './authenticator_step.tsx'
import { NumberStep } from './number_step.tsx'

type Choice = 'app' | 'authenticator' | 'number' | undefined

/** Adds a device during enrolment and in self-service. */
export function AddDevice({
  ways,
  onAdded,
}: {
  readonly ways: Session['ways']
  readonly onAdded: (device: AddedDevice) => void
}) {
  const [choice, setChoice] = useState<Choice>()
  const [left, setLeft] = useState<Choice>()
  const back = () => {
    setLeft(choice)
    setChoice(undefined)
  }
  if (choice === 'app') {
    return (
      <Stack gap="md">
        <AppStep onAdded={onAdded} />
        <Back onClick={back} />
      </Stack>
    )
  }
  if (choice === 'authenticator') {
    return (
      <Stack gap="md">
        <AuthenticatorStep onAdded={onAdded} />
        <Back onClick={back} />
      </Stack>
    )
  }
  if (choice === 'number') {
    return (
      <Stack gap="md">
        <NumberStep onAdded={(id) => onAdded({ id, kind: 'phone', name: '' })} />
        <Back onClick={back} />
      </Stack>
    )
  }
  return (
    <Stack gap="sm">
      {ways.push && (
        <ChoiceCard
          icon={IconDeviceMobile}
          title={isPhone ? 'Use this phone' : 'Countersign app on your phone'}
          text="Approve sign-ins with one tap. The app also shows passcodes, even offline."
          badge="Recommended"
          autoFocus={left === 'app'}
          onClick={() => setChoice('app')}
        />
      )}
      {ways.authenticator === true && (
        <ChoiceCard
          icon={IconClockCode}
          title="Authenticator app"
          text="Google Authenticator, Microsoft Authenticator, 1Password or another one. It shows passcodes to type."
          autoFocus={left === 'authenticator'}
          onClick={() => setChoice('authenticator')}
        />
      )}
      {ways.sms && (
        <ChoiceCard
          icon={IconMessage}
          title="Phone number"
          text="Get passcodes by SMS, on any mobile phone."
          autoFocus={left === 'number'}
          onClick={() => setChoice('number')}
        />
      )}
      <Text fz="sm" c="dimmed" mt={4}>
        {ways.push || ways.sms || ways.authenticator === true
          ? 'Hardware tokens need no setup here: your administrator assigns them to you.'
          : 'You can’t add a device here: your organisation has turned off every kind. Ask your administrator.'}
      </Text>
    </Stack>
  )
}

function ChoiceCard({
  icon: Icon,
  title,
  text,
  badge,
  autoFocus,
  onClick,
}: {
  readonly icon: typeof IconMessage
  readonly title: string
  readonly text: string
  readonly badge?: string
  /** Set if the user has just come back from this choice. */
  readonly autoFocus: boolean
  readonly onClick: () => void
}) {
  return (
    <UnstyledButton className="choice" autoFocus={autoFocus} onClick={onClick}>
      <span className="choice-icon">
        <Icon size={26} aria-hidden />
      </span>
      <span className="choice-text">
        <Text fw={600} component="span" display="block">
          {title} {badge !== undefined && <span className="choice-badge">{badge}</span>}
        </Text>
        <Text fz="sm" c="dimmed" component="span">
          {text}
        </Text>
      </span>
      <IconChevronRight size={20} aria-hidden className="choice-arrow" />
    </UnstyledButton>
  )
}

function Back({ onClick }: { readonly onClick: () => void }) {
  return (
    <Anchor component="button" type="button" onClick={onClick} fz="sm" className="self-start">
      Choose another method
    </Anchor>
  )
}
