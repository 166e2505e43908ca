import { Button } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../parts/dialog.tsx'
import { type Factor, factorWords } from '../administrators/administrator.ts'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { Confirm } from '../parts/confirm.tsx'
import { LinkButton } from '../parts/links.tsx'
import { Moment } from '../parts/moment.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'

export function FactorSection({ factors }: { readonly factors: readonly Factor[] }) {
  const [removed, setRemoved] = useState<Factor>()
  const close = () => setRemoved(undefined)
  const remove = useAct({
    run: (id: string) => api.delete(`profile/factors/${id}`),
    changes: ['profile'],
    onDone: close,
    done: 'Factor removed',
  })
  return (
    <Section
      title="Second factors"
      description="Keep two, so that a lost one doesn’t lock you out."
      actions={
        <LinkButton to="/account/add-factor" variant="default">
          Add
        </LinkButton>
      }
    >
      <RowList
        label="Second factors"
        none="None."
        rows={factors.map((factor) => ({
          key: factor.factor_id,
          title: factor.usable ? (
            factor.name
          ) : (
            <>
              {factor.name} <StatusBadge tone="warning">Can’t be used</StatusBadge>
            </>
          ),
          detail: (
            <>
              {factorWords[factor.kind]} · added <Moment at={factor.created} /> · last used{' '}
              <Moment at={factor.used} none="never" />
              {!factor.usable && (
                <>
                  <br />
                  The phone, its app or its user has changed. To use this phone, add it again.
                </>
              )}
            </>
          ),
          actions: (
            <Button
              variant="default"
              size="xs"
              aria-label={`Remove ${factor.name}`}
              disabled={!factors.some((other) => other.usable && other !== factor)}
              onClick={() => setRemoved(factor)}
            >
              Remove
            </Button>
          ),
        }))}
      />
      <Dialog opened={removed !== undefined} onClose={close} title="Remove a second factor">
        <Confirm
          question={`You can no longer sign in with ${removed?.name}.`}
          action="Remove"
          act={remove}
          input={removed?.factor_id ?? ''}
          onCancel={close}
        />
      </Dialog>
    </Section>
  )
}
