import { Button, MultiSelect, Text, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage, type ListPage } from '../api.ts'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import type { SectionDescription } from './policy.ts'
import './policies.css'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { SectionValue } from './section_value.tsx'

interface NamedPolicy {
  readonly policy_key: string
  readonly name: string
}

interface Stack {
  readonly application: NamedPolicy | null
  readonly global: NamedPolicy | null
  readonly groups: readonly (NamedPolicy & {
    readonly position: number
    readonly group_id: string
    readonly group: string
  })[]
}

interface EffectiveSection extends SectionDescription {
  readonly value: unknown
  readonly problem?: string
  readonly source: {
    readonly level: 'group' | 'application' | 'global' | 'default'
    readonly policy_key?: string
    readonly policy_name?: string
    readonly group?: string
  }
}

/** The policies of an application in their order, and what they require together of a user. */
export function ApplicationPolicies({ ikey }: { readonly ikey: string }) {
  return (
    <>
      <StackSection ikey={ikey} />
      <EffectiveSectionCard ikey={ikey} />
    </>
  )
}

function StackSection({ ikey }: { readonly ikey: string }) {
  const path = `applications/${ikey}`
  const { data: stack, error, refetch } = useView<Stack>(`${path}/policies`)
  const mayAssign = usePermits()('policies.assign')
  return (
    <Section
      title="Policies in their order"
      description="Each section is taken from the first policy that has it and that applies to the user."
      actions={
        mayAssign && (
          <LinkButton to={`/${path}/apply-policy`} variant="default" keepQuery>
            Apply a policy
          </LinkButton>
        )
      }
    >
      {error !== null ? (
        <Failed title="The policies can’t be shown" message={errorMessage(error)} retry={refetch} />
      ) : stack === undefined ? (
        <LoadingSkeleton h={120} />
      ) : (
        <ol className="policy-stack" aria-label="Policies in their order">
          {stack.groups.map(({ policy_key, name, group_id, group, position }) => {
            const place = `${policy_key}/${group_id}`
            return (
              <StackRow key={place} policy={{ policy_key, name }} detail={`Group ${group}`}>
                {mayAssign && (
                  <>
                    {position > 1 && (
                      <LinkButton
                        to={`/${path}/move-policy/${place}/${position - 1}`}
                        variant="default"
                        keepQuery
                      >
                        Up<span className="visually-hidden"> {`${name} of ${group}`}</span>
                      </LinkButton>
                    )}
                    {position < stack.groups.length && (
                      <LinkButton
                        to={`/${path}/move-policy/${place}/${position + 1}`}
                        variant="default"
                        keepQuery
                      >
                        Down<span className="visually-hidden"> {`${name} of ${group}`}</span>
                      </LinkButton>
                    )}
                    <LinkButton to={`/${path}/stop-policy/${place}`} variant="default" keepQuery>
                      Stop applying
                      <span className="visually-hidden"> {`${name} of ${group}`}</span>
                    </LinkButton>
                  </>
                )}
              </StackRow>
            )
          })}
          {stack.application !== null && (
            <StackRow policy={stack.application} detail="Every user of this application">
              {mayAssign && (
                <LinkButton
                  to={`/${path}/stop-policy/${stack.application.policy_key}`}
                  variant="default"
                  keepQuery
                >
                  Stop applying
                  <span className="visually-hidden"> {stack.application.name}</span>
                </LinkButton>
              )}
            </StackRow>
          )}
          <StackRow
            policy={stack.global ?? { policy_key: 'global', name: 'Global policy' }}
            detail="Every application"
          />
        </ol>
      )}
    </Section>
  )
}

function StackRow({
  policy: { policy_key, name },
  detail,
  children,
}: {
  readonly policy: NamedPolicy
  readonly detail: string
  readonly children?: ReactNode
}) {
  return (
    <li>
      <div className="break">
        <TextLink to={`/policies/${policy_key}`} className="row-title">
          {name}
        </TextLink>
        <div className="row-detail">{detail}</div>
      </div>
      <div className="row-actions">{children}</div>
    </li>
  )
}

function EffectiveSectionCard({ ikey }: { readonly ikey: string }) {
  const { values, change } = useUrlState()
  const [username, setUsername] = useState(values.user ?? '')
  const maySeeUsers = usePermits()('users.view')
  const groups =
    useView<ListPage<{ readonly group_id: string; readonly name: string }>>(
      'groups',
      { limit: 500 },
      { enabled: maySeeUsers },
    ).data?.items ?? []
  const chosen = (values.groups ?? '').split(',').filter((id) => id !== '')
  const show = (event: FormEvent) => {
    event.preventDefault()
    change({ user: username.trim(), groups: undefined })
  }
  return (
    <Section
      title="Effective policy"
      description="What the policies together require of a user, or of members of some groups."
    >
      {maySeeUsers && (
        <form className="effective-form" onSubmit={show}>
          <TextInput
            label="Username"
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            autoComplete="off"
          />
          <MultiSelect
            label="Or members of"
            data={groups.map(({ group_id, name }) => ({ value: group_id, label: name }))}
            value={chosen}
            onChange={(ids) => {
              setUsername('')
              change({ user: undefined, groups: ids.join(',') || undefined })
            }}
            searchable
          />
          <Button type="submit" variant="default">
            Show
          </Button>
        </form>
      )}
      <Effective ikey={ikey} username={values.user ?? ''} groups={values.groups ?? ''} />
    </Section>
  )
}

function Effective({
  ikey,
  username,
  groups,
}: {
  readonly ikey: string
  readonly username: string
  readonly groups: string
}) {
  const { data, error, refetch } = useView<{
    readonly has_fixed_rules: boolean
    readonly sections: readonly EffectiveSection[]
  }>(`applications/${ikey}/effective-policy`, { username, groups })
  if (error !== null) {
    return (
      <Failed
        title="The effective policy can’t be shown"
        message={errorMessage(error)}
        retry={() => refetch()}
      />
    )
  }
  if (data === undefined) return <LoadingSkeleton h={200} />
  return (
    <>
      {data.has_fixed_rules && (
        <Text fz="sm" c="dimmed" mb="sm">
          This application has fixed rules that no policy changes; they are applied here.
        </Text>
      )}
      {data.sections.map(({ section, title, enforced, value, source, problem }) => (
        <div key={section} className="effective-section">
          <h3>{title}</h3>
          <div className="row-detail">
            <Source source={source} />
            {!enforced && (
              <>
                {' '}
                <StatusBadge tone="warning">Kept, not enforced</StatusBadge>
              </>
            )}
            {problem !== undefined && (
              <>
                {' '}
                <StatusBadge tone="danger">Can’t be read: sign-ins are denied</StatusBadge>
              </>
            )}
          </div>
          <SectionValue section={section} title={title} value={value} />
        </div>
      ))}
    </>
  )
}

function Source({ source }: { readonly source: EffectiveSection['source'] }) {
  const { level, policy_key, policy_name, group } = source
  if (level === 'default' || policy_key === undefined) return 'Built-in default'
  const where = {
    group: `group ${group ?? ''}`,
    application: 'this application',
    global: 'every application',
  }[level]
  return (
    <>
      From <TextLink to={`/policies/${policy_key}`}>{policy_name}</TextLink>, for {where}
    </>
  )
}
