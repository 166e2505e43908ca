import {
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { api, type ListPage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { FormButtons } from '../parts/form_buttons.tsx'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { useView } from '../parts/view.ts'
import { type ApplicationDetails, accessWords, type UserAccess } from './application.ts'
import { useShownApplication } from './shown_application.ts'

const permissions = [
  { value: 'adminapi_read_resource', label: 'Read users and devices' },
  { value: 'adminapi_write_resource', label: 'Change users and devices' },
  { value: 'adminapi_integrations', label: 'Manage applications' },
  { value: 'adminapi_read_log', label: 'Read logs' },
  { value: 'adminapi_info', label: 'Read totals' },
  { value: 'adminapi_settings', label: 'Change settings' },
  { value: 'adminapi_admins', label: 'Manage administrators' },
  { value: 'adminapi_admins_read', label: 'Read administrators' },
  { value: 'adminapi_allow_to_set_permissions', label: 'Set these permissions' },
]

export function EditDialog() {
  const app = useShownApplication()
  return app === undefined ? null : <EditForm app={app} />
}

const usualTimeoutSecs = 20

interface Fields {
  readonly name: string
  readonly enabled: boolean
  readonly user_access: UserAccess
  readonly permitted_groups: readonly string[]
  readonly username_normalization_policy: 'none' | 'simple'
  readonly radius_clients: readonly string[]
  readonly proxies: readonly string[]
  readonly failmode: 'safe' | 'secure'
  readonly radius_timeout_secs: number
  readonly radius_retries: number
  readonly radius_servers: number
  readonly adminapi_permissions: readonly string[]
  readonly networks_for_api_access: readonly string[]
  readonly notes: string
}

function EditForm({ app }: { readonly app: ApplicationDetails }) {
  const path = `applications/${app.integration_key}`
  const close = useCloseRoute(`/${path}`)
  const groups =
    useView<ListPage<{ readonly group_id: string; readonly name: string }>>('groups', {
      limit: 500,
    }).data?.items ?? []
  const isRadius = app.type === 'radius'
  const isAdminApi = app.type === 'adminapi'
  const edit = useAct({
    run: ({
      radius_clients,
      proxies,
      failmode,
      radius_timeout_secs,
      radius_retries,
      radius_servers,
      adminapi_permissions,
      networks_for_api_access,
      ...fields
    }: Fields) =>
      api.patch(path, {
        ...fields,
        ...(isRadius
          ? {
              client: {
                ...{ radius_clients, proxies, failmode },
                ...{ radius_timeout_secs, radius_retries, radius_servers },
              },
            }
          : {}),
        ...(isAdminApi ? { adminapi_permissions, networks_for_api_access } : {}),
      }),
    changes: ['applications'],
    onDone: close,
    onWaiting: close,
    done: 'Changes saved',
  })
  const { client } = app
  const form = useForm<Fields>(
    {
      name: app.name,
      enabled: app.enabled,
      user_access: app.user_access,
      permitted_groups: app.permitted_groups.map(({ group_id }) => group_id),
      username_normalization_policy: app.username_normalization_policy,
      radius_clients: client.radius_clients,
      proxies: client.proxies,
      failmode: client.failmode ?? 'secure',
      radius_timeout_secs: client.radius_timeout_secs,
      radius_retries: client.radius_retries,
      radius_servers: client.radius_servers,
      adminapi_permissions: app.adminapi_permissions,
      networks_for_api_access: app.networks_for_api_access,
      notes: app.notes,
    },
    edit,
  )
  const { values, set } = form
  return (
    <RouteDialog parent={`/${path}`} title={`Edit ${app.name}`} size={560}>
      <Stack component="form" gap="md" onSubmit={form.submit}>
        <TextInput {...form.text('name')} label="Name" maxLength={200} data-autofocus />
        <Switch
          label="On"
          description="While it is off, every request of the application is refused."
          checked={values.enabled}
          onChange={(event) => set('enabled', event.currentTarget.checked)}
        />
        {!isAdminApi && (
          <Select
            label="Who may sign in"
            data={Object.entries(accessWords).map(([value, label]) => ({ value, label }))}
            value={values.user_access}
            onChange={(value) => value !== null && set('user_access', value as UserAccess)}
            allowDeselect={false}
          />
        )}
        {values.user_access === 'PERMITTED_GROUPS' && (
          <MultiSelect
            label="Groups"
            data={groups.map(({ group_id, name }) => ({ value: group_id, label: name }))}
            value={[...values.permitted_groups]}
            onChange={(value) => set('permitted_groups', value)}
            error={form.error('permitted_groups')}
            searchable
          />
        )}
        {!isAdminApi && (
          <Select
            label="Usernames"
            data={[
              { value: 'simple', label: 'DOMAIN\\name and name@domain are the same as name' },
              { value: 'none', label: 'Exactly as written' },
            ]}
            value={values.username_normalization_policy}
            onChange={(value) =>
              set('username_normalization_policy', value === 'none' ? 'none' : 'simple')
            }
            allowDeselect={false}
          />
        )}
        {isRadius && (
          <>
            <TagsInput
              label="RADIUS clients"
              description="For the configuration file. Press Enter after each."
              value={[...values.radius_clients]}
              onChange={(value) => set('radius_clients', value)}
              error={form.error('radius_clients')}
            />
            <TagsInput
              label="Authentication proxies"
              value={[...values.proxies]}
              onChange={(value) => set('proxies', value)}
              error={form.error('proxies')}
            />
            <Select
              label="If the proxy can’t reach this service"
              data={[
                { value: 'secure', label: 'Deny sign-ins' },
                { value: 'safe', label: 'Let people in with the password alone' },
              ]}
              value={values.failmode}
              onChange={(value) => set('failmode', value === 'safe' ? 'safe' : 'secure')}
              allowDeselect={false}
            />
            <Switch
              label="One push for a login and its retries"
              description="The client sends a login again if it gets no reply in time. With this, these requests wait for the push that the user sees already, and one approval lets in one of them. Turn it on only if you know the client’s timeout: a request that comes exactly when a retry is due counts as one."
              checked={values.radius_timeout_secs > 0}
              onChange={(event) =>
                set('radius_timeout_secs', event.currentTarget.checked ? usualTimeoutSecs : 0)
              }
            />
            {values.radius_timeout_secs > 0 && (
              <>
                <NumberInput
                  label="The client’s timeout, in seconds"
                  description="How long it waits for a reply before it asks again, or asks another proxy."
                  value={values.radius_timeout_secs}
                  onChange={(value) => set('radius_timeout_secs', Number(value))}
                  error={form.error('radius_timeout_secs')}
                  min={1}
                  max={120}
                  clampBehavior="blur"
                />
                <NumberInput
                  label="Retries for each proxy"
                  value={values.radius_retries}
                  onChange={(value) => set('radius_retries', Number(value))}
                  error={form.error('radius_retries')}
                  min={0}
                  max={10}
                  clampBehavior="blur"
                />
                <NumberInput
                  label="Proxies that the client asks"
                  value={values.radius_servers}
                  onChange={(value) => set('radius_servers', Number(value))}
                  error={form.error('radius_servers')}
                  min={1}
                  max={10}
                  clampBehavior="blur"
                />
              </>
            )}
          </>
        )}
        {isAdminApi && (
          <>
            <MultiSelect
              label="Permissions"
              description="What a script with these keys may do."
              data={permissions}
              value={[...values.adminapi_permissions]}
              onChange={(value) => set('adminapi_permissions', value)}
              error={form.error('adminapi_permissions')}
            />
            <TagsInput
              label="Networks"
              description="Only these addresses may call the Admin API; without any, all may."
              value={[...values.networks_for_api_access]}
              onChange={(value) => set('networks_for_api_access', value)}
              error={form.error('networks_for_api_access')}
            />
          </>
        )}
        <Textarea
          label="Notes"
          value={values.notes}
          onChange={(event) => set('notes', event.currentTarget.value)}
          error={form.error('notes')}
          maxLength={1000}
          autosize
          minRows={2}
        />
        <FormButtons form={form} action="Save" isReady={form.isDirty} onCancel={close} />
      </Stack>
    </RouteDialog>
  )
}
