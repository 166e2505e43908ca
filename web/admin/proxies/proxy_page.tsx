import { Outlet, useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LinkButton } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import { usePermits } from '../session.ts'
import type { ProxyDetails } from './proxy.ts'
import { ProxySectionCard } from './proxy_section_card.tsx'
import { ProxyState } from './proxy_state.tsx'
import { WarningSection } from './warning_section.tsx'

const everyMs = 10_000
const back = { to: '/proxies', label: 'Authentication proxies' }

export function ProxyPage() {
  const { id = '' } = useParams({ strict: false })
  const path = `proxies/${id}`
  const { data: proxy, error, refetch } = useView<ProxyDetails>(path, {}, { everyMs })
  const mayEdit = usePermits()('applications.edit')
  if (proxy === undefined) {
    return (
      <>
        <PageHeader title="Authentication proxy" back={back} />
        {error === null ? (
          <LoadingSkeleton h={300} radius="lg" />
        ) : (
          <Failed
            title="The proxy can’t be shown"
            message={errorMessage(error)}
            retry={() => {
              refetch().catch(() => {})
            }}
          />
        )}
      </>
    )
  }
  return (
    <>
      <PageHeader
        title={proxy.host}
        back={back}
        badge={<ProxyState state={proxy.state} />}
        actions={
          mayEdit && (
            <LinkButton to={`/${path}/forget`} variant="default">
              Forget
            </LinkButton>
          )
        }
      />
      <WarningSection proxy={proxy} />
      <Section title="Proxy">
        <DefinitionList
          items={[
            ['Last seen', <Moment key="seen" at={proxy.last_seen} />],
            ['Address', proxy.address],
            [
              'Version',
              proxy.is_outdated
                ? `${proxy.version}; the service has ${proxy.service_version}: update the proxy`
                : proxy.version,
            ],
            ['Platform', proxy.platform],
            ['Running since', <Moment key="started" at={proxy.started} withDate />],
            ['First seen', <Moment key="first" at={proxy.first_seen} withDate />],
          ]}
        />
      </Section>
      {proxy.sections.map((section) => (
        <ProxySectionCard
          key={`${section.integration_key} ${section.name}`}
          section={section}
          isCurrent={proxy.logins_hour !== null}
        />
      ))}
      <Outlet />
    </>
  )
}
