import {
  Alert,
  Anchor,
  Button,
  Group,
  NumberInput,
  Radio,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Problem } from '../../parts/problem.tsx'
import { api, errorMessage } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { useForm } from '../parts/form.ts'
import { LinkButton } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import type { Product, Setup } from './application.ts'
import { SetupView } from './setup_view.tsx'

const back = { to: '/applications/protect', label: 'Protect an application' }

interface Fields {
  readonly name: string
  readonly radius_clients: readonly string[]
  readonly proxies: readonly string[]
  readonly radius_port: number | null
  readonly failmode: 'safe' | 'secure'
}

/** Asks what the configuration needs, then shows it with the keys. */
export function ProtectPage() {
  const { product: id = '' } = useParams({ strict: false })
  const { data, error } = useView<Product & { readonly free_name: string }>(`catalogue/${id}`)
  if (data !== undefined) return <ProtectForm key={id} product={data} name={data.free_name} />
  return (
    <>
      <PageHeader title="Protect an application" back={back} />
      {error === null ? (
        <LoadingSkeleton h={240} />
      ) : (
        <Alert color="warning">{errorMessage(error)} Choose one in the catalogue.</Alert>
      )}
    </>
  )
}

function ProtectForm({
  product,
  name,
}: {
  readonly product: Product
  /** Suggested for the application. */
  readonly name: string
}) {
  const hasProxy = ['workspaces', 'radius', 'ldap'].includes(product.client)
  const { radius } = product
  const protect = useAct({
    run: ({ name, failmode, ...client }: Fields) =>
      api.post<Setup>('applications', {
        product: product.id,
        name,
        ...(hasProxy ? { client: { ...client, failmode } } : {}),
      }),
    changes: ['applications'],
    done: ({ application }) => `${application.name} is protected`,
  })
  const form = useForm<Fields>(
    {
      name,
      radius_clients: [],
      proxies: [],
      radius_port: radius?.port ?? null,
      failmode: 'secure',
    },
    protect,
  )
  if (protect.data !== undefined) {
    const { application } = protect.data
    return (
      <>
        <PageHeader
          title={application.name}
          description="The application is protected. Set up its client with these values; the secrets are hidden after you leave this page."
          back={{ to: '/applications', label: 'Applications' }}
          actions={
            <LinkButton to={`/applications/${application.integration_key}?tab=test`}>
              Test it now
            </LinkButton>
          }
        />
        {product.client === 'workspaces' && (
          <Alert color="primary" mb="md" title="Next">
            <p className="next-step">
              Start the proxies with authproxy.cfg, then enable MFA in AWS. The page of the
              directory shows each controller as its first packet arrives.
            </p>
            <LinkButton
              to={`/applications/${application.integration_key}?tab=directory`}
              variant="default"
            >
              Watch the directory
            </LinkButton>
          </Alert>
        )}
        <SetupView setup={protect.data} product={product} />
      </>
    )
  }
  const { radius_clients, proxies, radius_port, failmode } = form.values
  const isWorkSpaces = product.client === 'workspaces'
  return (
    <>
      <PageHeader title={`Protect ${product.name}`} back={back} />
      <Section title="Configuration">
        <Stack component="form" gap="md" className="protect-form" onSubmit={form.submit}>
          {product.notes.length > 0 && (
            <Alert color="primary">
              <ul className="note-list">
                {product.notes.map((note) => (
                  <li key={note}>{note}</li>
                ))}
              </ul>
            </Alert>
          )}
          <TextInput
            {...form.text('name')}
            label="Name"
            description="Users see it on their phone when they approve a sign-in."
            maxLength={200}
            data-autofocus
          />
          {radius !== null && (
            <>
              <TagsInput
                label={
                  isWorkSpaces
                    ? 'Addresses of the directory’s controllers'
                    : 'Addresses of the RADIUS clients'
                }
                description={
                  isWorkSpaces
                    ? 'As the AWS console shows them. AD Connector: Directory IP address. Managed AD: DNS address. Press Enter after each.'
                    : 'The proxy accepts requests from these addresses or networks only. Press Enter after each.'
                }
                placeholder={radius_clients.length === 0 ? '10.0.1.10' : ''}
                value={[...radius_clients]}
                onChange={(value) => form.set('radius_clients', value)}
                error={form.error('radius_clients')}
              />
              <TagsInput
                label="Addresses of the authentication proxies"
                description="As the clients reach them; two or more for high availability. You can add them later."
                value={[...proxies]}
                onChange={(value) => form.set('proxies', value)}
                error={form.error('proxies')}
              />
              <NumberInput
                label="RADIUS port"
                description="UDP, at the proxy. Change it only if another program uses it."
                value={radius_port ?? ''}
                onChange={(value) => form.set('radius_port', Number(value))}
                error={form.error('client.radius_port')}
                allowDecimal={false}
                allowNegative={false}
                className="radius-port"
              />
            </>
          )}
          {hasProxy && (
            <Radio.Group
              label="If the proxy can’t reach this service"
              value={failmode}
              onChange={(value) => form.set('failmode', value === 'safe' ? 'safe' : 'secure')}
            >
              <Stack gap="xs" mt="xs">
                <Radio
                  value="secure"
                  label="Deny sign-ins"
                  description="Nobody signs in without a second factor. Run two nodes of the service if that must not happen."
                />
                <Radio
                  value="safe"
                  label="Let people in with the password alone"
                  description="An attacker who knows a password and can cut the connection gets in."
                />
              </Stack>
            </Radio.Group>
          )}
          <Problem>{form.problem}</Problem>
          <Group justify="space-between">
            {product.docs === '' ? (
              <span />
            ) : (
              <Anchor href={product.docs} target="_blank" rel="noreferrer">
                Documentation of {product.maker === '' ? product.name : product.maker}
              </Anchor>
            )}
            <Button
              type="submit"
              loading={form.isPending}
              disabled={form.values.name.trim() === ''}
            >
              Protect
            </Button>
          </Group>
        </Stack>
      </Section>
    </>
  )
}
