import { ActionIcon, VisuallyHidden } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { DragHandle } from '../../parts/drag_handle.tsx'
import { useOrder } from '../../parts/order.ts'
import { Problem } from '../../parts/problem.tsx'
import { TypedWord } from '../../parts/typed_word.tsx'
import { api, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { LinkButton, TextLink } from '../parts/links.tsx'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { StatusBadge } from '../parts/status_badge.tsx'
import { usePermits } from '../session.ts'
import { phoneName, type User, type UserDevices } from './user.ts'

type UserPhone = UserDevices['phones'][number]

/** The phones of a user in the order that `push2` counts, which can be changed. */
export function PhoneSection({
  user: { user_id, trashed },
  phones,
}: {
  readonly user: User
  readonly phones: UserDevices['phones']
}) {
  const path = `/users/${user_id}`
  const mayEdit = usePermits()('devices.edit') && trashed === null
  const reorder = useAct({
    run: (phoneIds: readonly string[]) =>
      api.put(`users/${user_id}/phone_order`, { phone_ids: phoneIds }),
    changes: [`users/${user_id}`],
    done: 'New order saved',
  })
  const { order, said, moveTo, keep } = useOrder(phones, {
    keyOf: ({ phone_id }) => phone_id,
    nameOf: phoneName,
    save: reorder.mutateAsync,
  })
  const isOrdered = phones.length > 1
  const step = (phone: UserPhone, to: number) => {
    moveTo(phone.phone_id, to)
    keep()
  }
  return (
    <Section
      title="Phones"
      description={
        isOrdered
          ? 'At sign-in the first phone is used, unless the user types the factor name of another, such as push2.'
          : undefined
      }
      actions={
        mayEdit && (
          <LinkButton to={`${path}/add-phone`} variant="default" size="xs">
            Add a phone
          </LinkButton>
        )
      }
    >
      <VisuallyHidden aria-live="assertive">{said}</VisuallyHidden>
      <Problem>{formProblem(reorder.error)}</Problem>
      <RowList
        label="Phones"
        none="No phone."
        rows={order.map((phone, index) => ({
          key: phone.phone_id,
          title: <TextLink to={`/phones/${phone.phone_id}`}>{phoneName(phone)}</TextLink>,
          lead: mayEdit && isOrdered && (
            <DragHandle
              name={phoneName(phone)}
              place={index + 1}
              onMove={(to) => moveTo(phone.phone_id, to)}
              onDropped={keep}
            />
          ),
          detail: <PhoneDetail phone={phone} place={index + 1} isOrdered={isOrdered} />,
          actions: mayEdit && (
            <>
              {isOrdered && (
                <>
                  <ActionIcon
                    color="gray"
                    aria-label={`Move ${phoneName(phone)} up`}
                    disabled={index === 0}
                    onClick={() => step(phone, index - 1)}
                  >
                    <IconArrowUp size={16} aria-hidden />
                  </ActionIcon>
                  <ActionIcon
                    color="gray"
                    aria-label={`Move ${phoneName(phone)} down`}
                    disabled={index === order.length - 1}
                    onClick={() => step(phone, index + 1)}
                  >
                    <IconArrowDown size={16} aria-hidden />
                  </ActionIcon>
                </>
              )}
              <LinkButton to={`${path}/activate/${phone.phone_id}`} variant="subtle" size="xs">
                {phone.push ? 'Reconnect the app' : 'Connect the app'}
              </LinkButton>
              <LinkButton
                to={`${path}/remove-phone/${phone.phone_id}`}
                variant="subtle"
                color="danger"
                size="xs"
              >
                Remove
              </LinkButton>
            </>
          ),
        }))}
      />
    </Section>
  )
}

/** Whether push works, and the words that choose this phone at sign-in. */
function PhoneDetail({
  phone: { push, number },
  place,
  isOrdered,
}: {
  readonly phone: UserPhone
  readonly place: number
  readonly isOrdered: boolean
}) {
  const factors = [...(push ? ['push'] : []), ...(number === '' ? [] : ['phone', 'sms'])]
  return (
    <div className="phone-detail">
      {push ? (
        <StatusBadge tone="success">Push is active</StatusBadge>
      ) : (
        <StatusBadge tone="neutral">App not connected</StatusBadge>
      )}
      {isOrdered &&
        factors.map((factor) => <TypedWord key={factor}>{`${factor}${place}`}</TypedWord>)}
    </div>
  )
}
