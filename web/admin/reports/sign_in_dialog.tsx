import { Group } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { RouteDialog } from '../parts/route_dialog.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useView } from '../parts/view.ts'
import { readable, resultTones, resultWords, type SignIn } from './log_line.ts'

const parent = '/reports/authentication'

export function SignInDialog() {
  const { id = '' } = useParams({ strict: false })
  const { data, error } = useView<SignIn>(`logs/authentication/${id}`)
  return (
    <RouteDialog parent={parent} title="Sign-in" size={560}>
      {error !== null && <Problem>{errorMessage(error)}</Problem>}
      {data === undefined && error === null && <LoadingSkeleton h={240} />}
      {data !== undefined && <Details line={data} />}
    </RouteDialog>
  )
}

function Details({ line }: { readonly line: SignIn }) {
  const { user_id, username, ikey, application, address, policy_key } = line
  return (
    <>
      <DefinitionList
        items={[
          ['Time', <Moment key="time" at={line.timestamp} withDate />],
          [
            'Result',
            <StatusBadge key="result" tone={resultTones[line.result]}>
              {resultWords[line.result]}
            </StatusBadge>,
          ],
          ['Reason', readable(line.reason)],
          [
            'User',
            user_id === null ? (
              username
            ) : (
              <TextLink key="user" to={`/users/${user_id}`}>
                {username}
              </TextLink>
            ),
          ],
          [
            'Application',
            <TextLink key="application" to={`/applications/${ikey}`}>
              {application}
            </TextLink>,
          ],
          ['Factor', readable(line.factor)],
          ['Device', line.device],
          ['Address', address],
          ['Host', line.hostname],
          ['Decided by', line.decided_by],
          [
            'Policy',
            policy_key === '' ? null : (
              <TextLink key="policy" to={`/policies/${policy_key}`}>
                {policy_key}
              </TextLink>
            ),
          ],
          ['Transaction', line.txid],
          ...(line.repeat_of === null ? [] : [['Repeats', line.repeat_of] as const]),
        ]}
      />
      {user_id !== null && (
        <Group justify="flex-end" mt="md">
          <LinkButton to={`/users/${user_id}?tab=explain&ikey=${ikey}&ip=${address}`}>
            Explain this
          </LinkButton>
        </Group>
      )}
    </>
  )
}
