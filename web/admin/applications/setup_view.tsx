import { Group } from '@mantine/core'
import { CopyButton, CopyField } from '../parts/copy.tsx'
import { DownloadButton } from '../parts/download_button.tsx'
import { Section } from '../parts/section.tsx'
import type { Product, Setup } from './application.ts'

/** The keys of an application, and the finished configuration of its client. */
export function SetupView({
  setup: { application, secret_key, cfg, aws_values, radius_secret, authority },
  product,
}: {
  readonly setup: Setup
  readonly product: Product | undefined
}) {
  const { api_hostname, api_port } = application
  const steps = product?.radius?.steps ?? []
  return (
    <>
      {cfg !== null && <CfgSection fileName={cfg.file_name} text={cfg.text} />}
      {aws_values.length > 0 && (
        <Section
          title="Values for the AWS console"
          description="Directory Service → your directory → Networking & security → Multi-factor authentication."
        >
          <dl className="aws-values">
            {aws_values.map(({ field, value, because }) => (
              <div key={field}>
                <dt>{field}</dt>
                <dd>
                  <span className="aws-value">
                    <code className="break">{value}</code>
                    <CopyButton value={value} label={field} />
                  </span>
                  <span className="row-detail">{because}</span>
                </dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      {steps.length > 0 && (
        <Section title={`On ${product?.name ?? 'the appliance'}`}>
          <ol className="setup-steps">
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          {radius_secret !== null && <CopyField label="RADIUS secret" value={radius_secret} />}
        </Section>
      )}
      <Section
        title="Keys"
        description="For a client that is configured by hand. The secret key lets anyone act as this application."
      >
        <CopyField label="Integration key (ikey)" value={application.integration_key} />
        <CopyField label="Secret key (skey)" value={secret_key} />
        <CopyField
          label="API hostname"
          value={api_port === 443 ? api_hostname : `${api_hostname}:${api_port}`}
        />
      </Section>
      {authority !== null && (
        <Section
          title="Certificate authority"
          description="This service has a certificate of its own authority, which other clients must trust. The configuration above contains it."
          actions={<DownloadButton fileName="ca.pem" text={authority} />}
        />
      )}
    </>
  )
}

function CfgSection({ fileName, text }: { readonly fileName: string; readonly text: string }) {
  return (
    <Section
      title={fileName}
      description="The proxy starts from this file as it is. Keep it readable by the proxy’s user only: it contains secrets."
      actions={
        <Group gap="xs">
          <CopyButton value={text} label={fileName} />
          <DownloadButton fileName={fileName} text={text} />
        </Group>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll by keyboard, too */}
      <section className="cfg-text" tabIndex={0} aria-label={`Content of ${fileName}`}>
        <pre>{text}</pre>
      </section>
    </Section>
  )
}
