import { Button } from '@mantine/core'
import { api } from '../api.ts'
import { CodeList } from '../bypass_codes/code_list.tsx'
import { useAct } from '../parts/act.ts'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import { kindName } from '../tokens/token.ts'
import { PhoneSection } from './phone_section.tsx'
import type { User, UserDevices } from './user.ts'

const none: UserDevices = { phones: [], tokens: [], passkeys: [], bypass_codes: [], groups: [] }

/** What the user signs in with, and the groups they are in. */
export function DeviceSections({ user }: { readonly user: User }) {
  const { data = none } = useView<UserDevices>(`users/${user.user_id}/devices`)
  return (
    <>
      <PhoneSection user={user} phones={data.phones} />
      <TokenSection user={user} tokens={data.tokens} />
      {data.passkeys.length > 0 && (
        <Section title="Passkeys">
          <RowList
            label="Passkeys"
            none=""
            rows={data.passkeys.map(({ credential_id, name, used }) => ({
              key: credential_id,
              title: name,
              detail: (
                <>
                  Last used <Moment at={used} none="never" />
                </>
              ),
            }))}
          />
        </Section>
      )}
      <BypassCodeSection user={user} codes={data.bypass_codes} />
      <GroupSection user={user} groups={data.groups} />
    </>
  )
}

function TokenSection({
  user: { user_id, trashed },
  tokens,
}: {
  readonly user: User
  readonly tokens: UserDevices['tokens']
}) {
  const mayEdit = usePermits()('devices.edit') && trashed === null
  const unassign = useAct({
    run: (tokenId: string) => api.post(`tokens/${tokenId}/unassign`),
    changes: [`users/${user_id}`, 'tokens'],
    done: 'The token is unassigned',
  })
  // those of phones belong to the phone
  const own = tokens.filter(({ phone_id }) => phone_id === null)
  return (
    <Section
      title="Hardware tokens and authenticator apps"
      actions={
        mayEdit && (
          <LinkButton to={`/users/${user_id}/assign-token`} variant="default" size="xs">
            Assign a token
          </LinkButton>
        )
      }
    >
      <RowList
        label="Tokens"
        none="No token."
        rows={own.map(({ token_id, serial, kind, app_name }) => ({
          key: token_id,
          title: <TextLink to={`/tokens/${token_id}`}>{app_name ?? serial}</TextLink>,
          detail: app_name === null ? kindName(kind) : 'Authenticator app',
          actions: mayEdit && app_name === null && (
            <Button
              variant="subtle"
              size="xs"
              loading={unassign.isPending && unassign.variables === token_id}
              onClick={() => unassign.mutate(token_id)}
            >
              Unassign
            </Button>
          ),
        }))}
      />
    </Section>
  )
}

function BypassCodeSection({
  user: { user_id, trashed },
  codes,
}: {
  readonly user: User
  readonly codes: UserDevices['bypass_codes']
}) {
  const mayEdit = usePermits()('bypass_codes.edit') && trashed === null
  return (
    <Section
      title="Bypass codes"
      description="For a sign-in without a device. Only hashes are kept, so a code is shown once."
      actions={
        mayEdit && (
          <LinkButton to={`/users/${user_id}/bypass-codes`} variant="default" size="xs">
            Create codes
          </LinkButton>
        )
      }
    >
      <CodeList codes={codes} mayEnd={mayEdit} />
    </Section>
  )
}

function GroupSection({
  user: { user_id, trashed },
  groups,
}: {
  readonly user: User
  readonly groups: UserDevices['groups']
}) {
  const mayEdit = usePermits()('groups.edit') && trashed === null
  const leave = useAct({
    run: (groupId: string) => api.delete(`users/${user_id}/groups/${groupId}`),
    changes: [`users/${user_id}`, 'groups'],
    done: 'Removed from the group',
  })
  return (
    <Section
      title="Groups"
      actions={
        mayEdit && (
          <LinkButton to={`/users/${user_id}/add-group`} variant="default" size="xs">
            Add to a group
          </LinkButton>
        )
      }
    >
      <RowList
        label="Groups"
        none="In no group."
        rows={groups.map(({ group_id, name, status }) => ({
          key: group_id,
          title: <TextLink to={`/groups/${group_id}`}>{name}</TextLink>,
          detail: status === 'active' ? '' : `Status of the group: ${status}`,
          actions: mayEdit && (
            <Button
              variant="subtle"
              size="xs"
              loading={leave.isPending && leave.variables === group_id}
              onClick={() => leave.mutate(group_id)}
            >
              Remove
            </Button>
          ),
        }))}
      />
    </Section>
  )
}
