import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Outlet } from '@tanstack/react-router'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { UnloadedPage } from '../parts/unloaded_page.tsx'
import { usePermits } from '../session.ts'
import { type GroupDetails, groupStatusWords, statusEffect, useShownGroup } from './group.ts'
import { GroupStatusBadge } from './group_status.tsx'
import { MembersSection } from './members_section.tsx'

const back = { to: '/groups', label: 'Groups' }

export function GroupPage() {
  const view = useShownGroup()
  const mayEdit = usePermits()('groups.edit')
  const { data: group } = view
  if (group === undefined) {
    return <UnloadedPage title="Group" back={back} failure="The group can’t be shown" view={view} />
  }
  const { group_id, name, description, status, members } = group
  const path = `/groups/${group_id}`
  return (
    <>
      <PageHeader
        title={name}
        description={description === '' ? undefined : description}
        back={back}
        badge={<GroupStatusBadge status={status} />}
        actions={
          mayEdit && (
            <>
              <LinkButton to={`${path}/edit`} variant="default" keepQuery>
                Edit
              </LinkButton>
              <LinkButton to={`${path}/status`} variant="default" keepQuery>
                Change status
              </LinkButton>
            </>
          )
        }
      />
      {status !== 'active' && (
        <Alert
          color={status === 'bypass' ? 'warning' : 'danger'}
          mb="md"
          icon={<IconAlertTriangle aria-hidden />}
          title={`Status of the group: ${groupStatusWords[status]}`}
        >
          {statusEffect(status, members)}
        </Alert>
      )}
      <MembersSection group={group} />
      <PolicySection group={group} />
      {group.permitted_in.length > 0 && <AccessSection group={group} />}
      {mayEdit && (
        <Section
          title="Danger zone"
          description="Members stay when the group is deleted. Its policies and the access that it gives end."
          danger
          actions={
            <LinkButton to={`${path}/delete`} color="danger" variant="outline" keepQuery>
              Delete
            </LinkButton>
          }
        />
      )}
      <Outlet />
    </>
  )
}

function PolicySection({ group: { policies } }: { readonly group: GroupDetails }) {
  return (
    <Section
      title="Policies"
      description="They apply to the members, before the policy of the application. Attach one on the page of the policy."
    >
      <RowList
        label="Policies"
        none="No policy applies to this group alone."
        rows={policies.map(({ policy_key, policy_name, ikey, application }) => ({
          key: `${ikey} ${policy_key}`,
          title: <TextLink to={`/policies/${policy_key}`}>{policy_name}</TextLink>,
          detail: (
            <>
              in <TextLink to={`/applications/${ikey}`}>{application}</TextLink>
            </>
          ),
        }))}
      />
    </Section>
  )
}

function AccessSection({ group: { permitted_in } }: { readonly group: GroupDetails }) {
  return (
    <Section
      title="Access"
      description="These applications admit only the members of permitted groups, such as this one."
    >
      <RowList
        label="Applications"
        none=""
        rows={permitted_in.map(({ ikey, application, groups }) => ({
          key: ikey,
          title: <TextLink to={`/applications/${ikey}`}>{application}</TextLink>,
          detail: groups === 1 ? 'No other group is permitted' : `${groups} groups are permitted`,
        }))}
      />
    </Section>
  )
}
