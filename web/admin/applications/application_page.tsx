import { Tabs } from '@mantine/core'
import { Outlet, useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { CopyField } from '../parts/copy.tsx'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { useUrlState } from '../parts/url_state.ts'
import { useView } from '../parts/view.ts'
import { ApplicationPolicies } from '../policies/application_policies.tsx'
import { usePermits } from '../session.ts'
import { type ApplicationDetails, accessWords, isOwn } from './application.ts'
import { DirectoryTab } from './directory_tab.tsx'
import { SecretTab } from './secret_tab.tsx'
import { TestTab } from './test_tab.tsx'

const back = { to: '/applications', label: 'Applications' }

export function ApplicationPage() {
  const { id = '' } = useParams({ strict: false })
  const path = `applications/${id}`
  const { data: app, error, refetch } = useView<ApplicationDetails>(path)
  const permits = usePermits()
  const mayEdit = permits('applications.edit')
  const { values, change } = useUrlState()
  if (app === undefined) {
    return (
      <>
        <PageHeader title="Application" back={back} />
        {error === null ? (
          <LoadingSkeleton h={300} />
        ) : (
          <Failed
            title="The application can’t be shown"
            message={errorMessage(error)}
            retry={refetch}
          />
        )}
      </>
    )
  }
  const hasKeys = mayEdit && !isOwn(app)
  const hasDirectory = app.product === 'amazon-workspaces'
  return (
    <>
      <PageHeader
        title={app.name}
        back={back}
        badge={
          <StatusBadge tone={app.enabled ? 'success' : 'neutral'}>
            {app.enabled ? 'On' : 'Off'}
          </StatusBadge>
        }
        actions={
          mayEdit && (
            <LinkButton to={`/${path}/edit`} variant="default">
              Edit
            </LinkButton>
          )
        }
      />
      <Tabs
        value={values.tab ?? 'overview'}
        onChange={(tab) => change({ tab: tab === 'overview' ? undefined : (tab ?? undefined) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="overview">Overview</Tabs.Tab>
          {permits('policies.view') && <Tabs.Tab value="policies">Policies</Tabs.Tab>}
          {hasDirectory && <Tabs.Tab value="directory">Directory</Tabs.Tab>}
          {hasKeys && <Tabs.Tab value="setup">Keys and configuration</Tabs.Tab>}
          {hasKeys && <Tabs.Tab value="test">Test it now</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview app={app} />
          {hasKeys && (
            <Section
              title="Danger zone"
              description="A removed application can’t be restored. Its clients can no longer sign anyone in."
              danger
              actions={
                <LinkButton to={`/${path}/remove`} color="danger" variant="outline">
                  Remove
                </LinkButton>
              }
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="policies">
          <ApplicationPolicies ikey={app.integration_key} />
        </Tabs.Panel>
        {hasDirectory && (
          <Tabs.Panel value="directory">
            <DirectoryTab app={app} />
          </Tabs.Panel>
        )}
        {hasKeys && (
          <>
            <Tabs.Panel value="setup">
              <SecretTab app={app} />
            </Tabs.Panel>
            <Tabs.Panel value="test">
              <TestTab app={app} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
      <Outlet />
    </>
  )
}

function Overview({ app }: { readonly app: ApplicationDetails }) {
  const { policy, group_policies, client, permitted_groups: groups } = app
  const isAdminApi = app.type === 'adminapi'
  return (
    <>
      <Section title="Use">
        <DefinitionList
          items={[
            [
              'Sign-ins in 7 days',
              <TextLink key="log" to={`/reports/authentication?application=${app.integration_key}`}>
                {app.sign_ins_7_days.toLocaleString()}
              </TextLink>,
            ],
            ['Last used', <Moment key="used" at={app.last_used} />],
            [
              isOwn(app) ? 'Created' : 'Protected',
              <Moment key="created" at={app.created} withDate />,
            ],
            ...(isOwn(app)
              ? []
              : [
                  [
                    'Secret key created',
                    <Moment key="skey" at={app.secret_key_created} withDate />,
                  ] as const,
                ]),
          ]}
        />
      </Section>
      <Section title="Who may sign in">
        <DefinitionList
          items={[
            [
              'Users',
              app.user_access === 'PERMITTED_GROUPS'
                ? `Only ${groups.map(({ name }) => name).join(', ')}`
                : accessWords[app.user_access],
            ],
            [
              'Policy',
              policy === null ? (
                'The global policy'
              ) : (
                <TextLink key="policy" to={`/policies/${policy.policy_key}`}>
                  {policy.policy_name}
                </TextLink>
              ),
            ],
            ['Policies for groups', group_policies === 0 ? '' : String(group_policies)],
            [
              'Usernames',
              app.username_normalization_policy === 'simple'
                ? 'DOMAIN\\name and name@domain are the same as name'
                : 'Exactly as written',
            ],
          ]}
        />
      </Section>
      <Section
        title="Client"
        description={
          isOwn(app) ? 'These are pages of the service itself, which need no keys.' : undefined
        }
      >
        {!isOwn(app) && (
          <>
            <CopyField label="Integration key (ikey)" value={app.integration_key} />
            <CopyField label="API hostname" value={app.api_hostname} />
          </>
        )}
        <DefinitionList
          items={[
            ...(client.radius_clients.length === 0
              ? []
              : [['RADIUS clients', client.radius_clients.join(', ')] as const]),
            ...(client.proxies.length === 0
              ? []
              : [['Authentication proxies', client.proxies.join(', ')] as const]),
            ...(app.type === 'radius'
              ? [
                  [
                    'Retries of a login',
                    client.radius_timeout_secs === 0
                      ? 'A push each'
                      : `Join the first push (timeout ${client.radius_timeout_secs} s)`,
                  ] as const,
                ]
              : []),
            ...(client.failmode === null
              ? []
              : [
                  [
                    'If the service can’t be reached',
                    client.failmode === 'safe' ? 'People get in (safe)' : 'Sign-ins are denied',
                  ] as const,
                ]),
            ...(isAdminApi
              ? ([
                  ['Permissions', app.adminapi_permissions.join(', ')],
                  ['Networks', app.networks_for_api_access.join(', ')],
                ] as const)
              : []),
            ...(app.proof_protocol === null
              ? []
              : [
                  [
                    'RADIUS protocol',
                    `${app.proof_protocol}: bypass codes and YubiKeys can’t be used, and a typing error counts as a wrong passcode. Choose PAP on the appliance if you can.`,
                  ] as const,
                ]),
            ['Notes', app.notes],
          ]}
        />
      </Section>
    </>
  )
}
