import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { ActButton } from '../parts/act_button.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import type { ApplicationDetails, Product, Setup } from './application.ts'
import { SetupView } from './setup_view.tsx'

/** Shows the secrets with the configuration, and replaces them. */
export function SecretTab({ app }: { readonly app: ApplicationDetails }) {
  const path = `applications/${app.integration_key}`
  const { data: catalogue } = useView<{ readonly items: readonly Product[] }>('catalogue')
  const product = catalogue?.items.find(({ id }) => id === app.product)
  const reveal = useAct({ run: () => api.post<Setup>(`${path}/reveal`) })
  const resetKey = useAct({
    run: () => api.post<Setup>(`${path}/reset-secret-key`),
    changes: ['applications'],
    done: 'The old secret key no longer works',
  })
  const resetRadius = useAct({
    run: () => api.post<Setup>(`${path}/reset-radius-secret`),
    changes: ['applications'],
    done: 'The configuration has the new RADIUS secret',
  })
  const setup = resetRadius.data ?? resetKey.data ?? reveal.data
  const hasRadius = app.type === 'radius'
  return (
    <>
      {setup === undefined ? (
        <Section
          title="Keys and configuration"
          description="Shows the secret key and the finished configuration. The log records who looked at them."
          actions={<ActButton label="Show" variant="filled" act={reveal} />}
        />
      ) : (
        <SetupView setup={setup} product={product} />
      )}
      <Section
        title="Replace the secrets"
        description="After a leak, or when someone who knew them has left. Clients with the old secret key are refused at once; a new RADIUS secret counts as soon as the proxy and its clients have it."
        actions={
          <>
            <ActButton
              label="Reset the secret key"
              color="danger"
              variant="outline"
              act={resetKey}
            />
            {hasRadius && (
              <ActButton
                label="Reset the RADIUS secret"
                color="danger"
                variant="outline"
                act={resetRadius}
              />
            )}
          </>
        }
      />
    </>
  )
}
