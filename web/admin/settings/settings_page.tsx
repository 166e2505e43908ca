import { IconSettings } from '@tabler/icons-react'
import { useParams } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { EmptyState } from '../parts/empty_state.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { PageTabs } from '../parts/page_tabs.tsx'
import { Section } from '../parts/section.tsx'
import { usePermits } from '../session.ts'
import { LogoSection } from './logo_section.tsx'
import { MailProviderSection, TelephonyProviderSection } from './provider_section.tsx'
import { type SettingsAnswer, settingGroups, useSettings } from './setting.ts'
import { SettingsForm } from './settings_form.tsx'
import './settings.css'

const pathOf = (group: string) => `/settings/${group}`
const pages = settingGroups.map(({ group, label }) => ({ to: pathOf(group), label }))

export function SettingsPage() {
  const { group } = useParams({ strict: false })
  const { data, error, refetch } = useSettings()
  return (
    <>
      <PageHeader
        title="Settings"
        description="They apply to the whole organisation, on all nodes, within seconds."
      />
      <PageTabs pages={pages} current={pathOf(String(group))} />
      {data === undefined ? (
        error === null ? (
          <LoadingSkeleton h={320} radius="lg" />
        ) : (
          <Failed
            title="The settings can’t be shown"
            message={errorMessage(error)}
            retry={refetch}
          />
        )
      ) : (
        <GroupSettings key={group} group={String(group)} data={data} />
      )}
    </>
  )
}

function GroupSettings({ group, data }: { readonly group: string; readonly data: SettingsAnswer }) {
  const readOnly = !usePermits()('settings.edit')
  const title = settingGroups.find((each) => each.group === group)?.label
  if (title === undefined) {
    return (
      <EmptyState icon={IconSettings} title="There are no such settings">
        Choose a tab above.
      </EmptyState>
    )
  }
  const settings = data.items.filter((setting) => setting.group === group)
  return (
    <>
      <Section
        title={title}
        description={readOnly ? 'Your role can see the settings, not change them.' : undefined}
      >
        <SettingsForm settings={settings} readOnly={readOnly} />
      </Section>
      {group === 'organisation' && <LogoSection logo={data.logo} readOnly={readOnly} />}
      {group === 'mail' && (
        <MailProviderSection provider={data.providers.mail} readOnly={readOnly} />
      )}
      {group === 'telephony' && <TelephonyProviderSection {...data.providers} />}
    </>
  )
}
