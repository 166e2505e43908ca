import { Button, Group, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { clockTime, dayName } from '../../parts/date_text.ts'
import { PageTitle } from '../../parts/page_title.tsx'
import { Failed } from '../../parts/problem.tsx'
import { signInWords } from '../../parts/sign_in_words.ts'
import { errorMessage, type PastSignIn, portal } from '../api.ts'
import { HomeFrame } from './home_frame.tsx'
import { ReportDialog } from './report_dialog.tsx'

export function HistoryPage() {
  const history = useQuery({ queryKey: ['history'], queryFn: portal.history })
  const [reporting, setReporting] = useState<PastSignIn>()
  return (
    <HomeFrame>
      <div>
        <PageTitle size={24}>Sign-ins</PageTitle>
        <Text c="dimmed" fz="sm" mt={4}>
          Your sign-ins in the last three months. If you don’t recognise one, report it.
        </Text>
      </div>
      {history.isPending && (
        <Stack gap="xs" role="status" aria-busy="true" aria-label="Loading">
          <Skeleton h={22} w={120} />
          <Skeleton h={170} radius="lg" />
        </Stack>
      )}
      {history.isError && (
        <Failed
          title="Can’t show your sign-ins"
          message={errorMessage(history.error)}
          retry={() => history.refetch()}
        />
      )}
      {history.isSuccess && history.data.signIns.length === 0 && (
        <Paper>
          <Stack align="center" ta="center" gap="sm" py="md">
            <IconHistory size={36} aria-hidden className="dim" />
            <Text fw={600}>No sign-ins yet</Text>
            <Text c="dimmed" fz="sm">
              Your sign-ins will appear here.
            </Text>
          </Stack>
        </Paper>
      )}
      {history.isSuccess &&
        byDay(history.data.signIns).map(([day, signIns]) => (
          <Stack key={day} gap="xs" component="section">
            <Title order={2} fz="sm" c="dimmed" fw={600}>
              {day}
            </Title>
            <Paper py={4}>
              <List listStyleType="none" className="plain-list">
                {signIns.map((signIn) => (
                  <SignInRow
                    key={`${signIn.txid} ${signIn.timestamp} ${signIn.reason}`}
                    signIn={signIn}
                    onReport={() => setReporting(signIn)}
                  />
                ))}
              </List>
            </Paper>
          </Stack>
        ))}
      <ReportDialog signIn={reporting} onClose={() => setReporting(undefined)} />
    </HomeFrame>
  )
}

function SignInRow({
  signIn,
  onReport,
}: {
  readonly signIn: PastSignIn
  readonly onReport: () => void
}) {
  const { timestamp, application, result, reported } = signIn
  const from = [signIn.place, signIn.ipaddr, signIn.hostname]
    .filter((text) => text !== '')
    .join(' · ')
  return (
    <li className="plain-row">
      <Group wrap="nowrap" gap="sm" align="flex-start">
        <ResultIcon result={reported ? 'fraud' : result} />
        <div className="device-text">
          <Group gap={8} justify="space-between" wrap="nowrap" align="baseline">
            <Text fw={600} className="break">
              {application}
            </Text>
            <Text fz="sm" c="dimmed" className="nowrap">
              {clockTime(timestamp)}
            </Text>
          </Group>
          <Text fz="sm">{signInWords(signIn)}</Text>
          {from !== '' && (
            <Text fz="sm" c="dimmed" className="break">
              {from}
            </Text>
          )}
          {reported || result === 'fraud' ? (
            <Text fz="sm" fw={600} c="var(--danger)" mt={4}>
              You reported this
            </Text>
          ) : (
            signIn.txid !== null && (
              <Button
                variant="subtle"
                c="dimmed"
                size="compact-sm"
                ml={-8}
                mt={4}
                onClick={onReport}
              >
                This wasn’t me
              </Button>
            )
          )}
        </div>
      </Group>
    </li>
  )
}

function ResultIcon({ result }: { readonly result: PastSignIn['result'] }) {
  switch (result) {
    case 'success':
      return <IconCircleCheck size={22} className="icon-success" aria-label="Allowed" />
    case 'denied':
      return <IconCircleX size={22} className="icon-dim" aria-label="Denied" />
    case 'fraud':
      return <IconAlertTriangle size={22} className="icon-danger" aria-label="Reported" />
  }
}

function byDay(signIns: readonly PastSignIn[]): [string, PastSignIn[]][] {
  return [...Map.groupBy(signIns, ({ timestamp }) => dayName(timestamp))]
}
