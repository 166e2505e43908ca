import { Text } from '@mantine/core'
import { Outlet, useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import type { PolicyDetails, SectionDescription } from './policy.ts'
import './policies.css'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { SectionValue } from './section_value.tsx'

const back = { to: '/policies', label: 'Policies' }

export function PolicyPage() {
  const { id = '' } = useParams({ strict: false })
  const { data: policy, error, refetch } = useView<PolicyDetails>(`policies/${id}`)
  const permits = usePermits()
  const mayEdit = permits('policies.edit')
  if (policy === undefined) {
    return (
      <>
        <PageHeader title="Policy" back={back} />
        {error === null ? (
          <LoadingSkeleton h={300} />
        ) : (
          <Failed title="The policy can’t be shown" message={errorMessage(error)} retry={refetch} />
        )}
      </>
    )
  }
  const path = `/policies/${id}`
  const enforced = policy.descriptions.filter((each) => each.enforced)
  const kept = policy.descriptions.filter((each) => !each.enforced)
  return (
    <>
      <PageHeader
        title={policy.name}
        back={back}
        {...(policy.is_global && { badge: <StatusBadge tone="primary">Global</StatusBadge> })}
        actions={
          mayEdit && (
            <>
              <LinkButton to={`${path}/json`} variant="default">
                Edit as JSON
              </LinkButton>
              <LinkButton to={`${path}/rename`} variant="default">
                Rename
              </LinkButton>
              <LinkButton to={`/policies/create?copy=${policy.policy_key}`} variant="default">
                Copy
              </LinkButton>
            </>
          )
        }
      />
      <PlacesSection policy={policy} />
      {enforced.map((description) => (
        <EnforcedSection
          key={description.section}
          policy={policy}
          description={description}
          editPath={mayEdit ? `${path}/section/${description.section}` : undefined}
        />
      ))}
      {kept.map(({ section, title, description }) => (
        <Section
          key={section}
          title={title}
          description={description}
          actions={<StatusBadge tone="warning">Kept, not enforced</StatusBadge>}
        >
          <SectionValue section={section} title={title} value={policy.sections[section]} />
        </Section>
      ))}
      {mayEdit && !policy.is_global && (
        <Section
          title="Danger zone"
          description="Where a deleted policy applied, the next one applies."
          danger
          actions={
            <LinkButton to={`${path}/remove`} color="danger" variant="outline">
              Delete
            </LinkButton>
          }
        />
      )}
      <Outlet />
    </>
  )
}

function PlacesSection({ policy }: { readonly policy: PolicyDetails }) {
  const permits = usePermits()
  const path = `/policies/${policy.policy_key}`
  const mayAssign = permits('policies.assign')
  const none = policy.is_global
    ? 'Every application, unless it or a group has another policy.'
    : 'Nothing yet. The policy has no effect until it is applied.'
  return (
    <Section
      title="Applies to"
      {...(policy.is_global && policy.applies_to.length > 0 && { description: none })}
      actions={
        mayAssign &&
        policy.policy_key !== 'global' && (
          <LinkButton to={`${path}/apply`} variant="default">
            Apply
          </LinkButton>
        )
      }
    >
      <RowList
        label="Applies to"
        none={none}
        rows={policy.applies_to.map(({ ikey, application, group_id, group, position }) => ({
          key: `${ikey} ${group_id ?? ''}`,
          title: <TextLink to={`/applications/${ikey}?tab=policies`}>{application}</TextLink>,
          detail: group === null ? 'Every user' : `Group ${group}, number ${position} in the stack`,
          actions: mayAssign && (
            <LinkButton
              to={`${path}/stop/${ikey}${group_id === null ? '' : `/${group_id}`}`}
              variant="default"
            >
              Stop applying
            </LinkButton>
          ),
        }))}
      />
    </Section>
  )
}

function EnforcedSection({
  policy,
  description: { section, title, description },
  editPath,
}: {
  readonly policy: PolicyDetails
  readonly description: SectionDescription
  /** None without the permit. */
  readonly editPath: string | undefined
}) {
  const isSet = Object.hasOwn(policy.sections, section)
  const unknown = policy.keys_not_enforced.filter((key) => key.startsWith(`${section}.`))
  return (
    <Section
      title={title}
      description={description}
      actions={
        editPath !== undefined && (
          <LinkButton to={editPath} variant="default">
            {isSet ? 'Change' : 'Set'}
            <span className="visually-hidden"> {title}</span>
          </LinkButton>
        )
      }
    >
      {isSet ? (
        <SectionValue section={section} title={title} value={policy.sections[section]} />
      ) : (
        <Text fz="sm" c="dimmed">
          {policy.is_global
            ? 'Not set: the built-in default applies.'
            : 'Not set: the next policy decides.'}
        </Text>
      )}
      {unknown.length > 0 && (
        <Text fz="sm" c="dimmed" mt="xs">
          Kept, not enforced: {unknown.join(', ')}
        </Text>
      )}
    </Section>
  )
}
