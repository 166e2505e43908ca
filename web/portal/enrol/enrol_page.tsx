import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { Frame } from '../../parts/frame.tsx'
import { PageTitle } from '../../parts/page_title.tsx'
import { portal } from '../api.ts'
import { Go } from '../go.tsx'
import { useSession, useSessionChange } from '../session.ts'
import { Waiting } from '../start.tsx'
import { AddDevice } from './add_device.tsx'
import type { AddedDevice } from './added_device.ts'
import { DoneStep } from './done_step.tsx'
import { NameStep } from './name_step.tsx'
import { RecoveryStep } from './recovery_step.tsx'
import { TestStep } from './test_step.tsx'

type Step = 'device' | 'name' | 'recovery' | 'test' | 'done'

const steps: readonly Step[] = ['device', 'name', 'recovery', 'test', 'done']

/** The enrolment, step by step. A reload continues at the last step that the service knows. */
export function EnrolPage() {
  const session = useSession()
  const [step, setStep] = useState<Step>()
  const [device, setDevice] = useState<AddedDevice>()
  const [recovered, setRecovered] = useState(false)
  if (session.isPending) return <Waiting />
  if (session.data?.kind !== 'enrollment') return <Go to="/" />
  const { username = '', finished = false, enrolled, ways } = session.data
  const current = step ?? (finished ? 'recovery' : 'device')
  return (
    <Frame aside={<Progress step={current} tests={device?.kind !== 'app' && ways.push} />}>
      {current === 'device' && (
        <Stack gap="lg">
          <div>
            <PageTitle>Add a device</PageTitle>
            <Text c="dimmed" mt={6}>
              For account{' '}
              <Text span fw={600} c="var(--text)" className="break">
                {username}
              </Text>
            </Text>
          </div>
          <AddDevice
            ways={ways}
            onAdded={(added) => {
              setDevice(added)
              if (added.kind === 'phone') setStep('name')
              else setStep(recovered ? 'test' : 'recovery')
            }}
          />
        </Stack>
      )}
      {current === 'name' && device !== undefined && (
        <NameStep device={device} onNamed={() => setStep(recovered ? 'test' : 'recovery')} />
      )}
      {current === 'recovery' && (
        <RecoveryStep
          before={enrolled?.recoveryCodes ?? 0}
          onDone={() => {
            setRecovered(true)
            setStep('test')
          }}
        />
      )}
      {current === 'test' && <TestStep device={device?.id} onDone={() => setStep('done')} />}
      {current === 'done' && <DoneStep onAnother={() => setStep('device')} />}
    </Frame>
  )
}

/** @param tests Whether the device is a phone that can be tested. */
function Progress({ step, tests }: { readonly step: Step; readonly tests: boolean }) {
  const { changed } = useSessionChange()
  const at = steps.indexOf(step)
  const leave = async () => {
    await portal.signOut()
    await changed()
  }
  if (step === 'done') return <span />
  return (
    <Group gap="sm" wrap="nowrap">
      <Text fz="sm" c="dimmed" className="nowrap">
        Step {at + 1} of {steps.length - (tests ? 1 : 2)}
      </Text>
      <Button variant="subtle" size="compact-sm" onClick={() => leave().catch(() => {})}>
        Leave
      </Button>
    </Group>
  )
}
