import { Button } from '@mantine/core'
import { IconHistory, IconLogin2, IconMessage, IconPencil } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Failed } from '../../parts/problem.tsx'
import { api, errorMessage, type ListPage } from '../api.ts'
import { actionWords } from '../parts/action_words.ts'
import { EmptyState } from '../parts/empty_state.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Timeline, type TimelineEvent } from '../parts/timeline.tsx'
import { valueText } from '../parts/value_text.ts'

type Entry =
  | {
      readonly kind: 'sign_in'
      readonly timestamp: number
      readonly result: string
      readonly reason: string
      readonly factor: string
      readonly application: string
      readonly ipaddr: string
      readonly device: string
    }
  | {
      readonly kind: 'change'
      readonly timestamp: number
      readonly action: string
      readonly actor: string
      readonly description: string
      readonly changes: Readonly<
        Record<string, { readonly before?: unknown; readonly after?: unknown }>
      >
    }
  | {
      readonly kind: 'message'
      readonly timestamp: number
      readonly type: string
      readonly context: string
      readonly number: string
      readonly result: string
    }

/** Everything that happened to a user, the newest first: sign-ins, changes and messages. */
export function TimelineTab({ userId }: { readonly userId: string }) {
  const path = `users/${userId}/timeline`
  const pages = useInfiniteQuery({
    queryKey: ['api', path],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListPage<Entry>>(path, { after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  if (pages.isPending) return <LoadingSkeleton h={240} radius="lg" />
  if (pages.isError) {
    return (
      <Failed
        title="The timeline can’t be shown"
        message={errorMessage(pages.error)}
        retry={pages.refetch}
      />
    )
  }
  const events = pages.data.pages.flatMap(({ items }) => items).map(toEvent)
  if (events.length === 0) {
    return <EmptyState icon={IconHistory} title="Nothing has happened yet" />
  }
  return (
    <>
      <Timeline label="Timeline" events={events} />
      {pages.hasNextPage && (
        <Button
          variant="default"
          mt="md"
          loading={pages.isFetchingNextPage}
          onClick={() => pages.fetchNextPage()}
        >
          Show earlier events
        </Button>
      )}
    </>
  )
}

function toEvent(entry: Entry, index: number): TimelineEvent {
  const common = { key: String(index), at: entry.timestamp }
  switch (entry.kind) {
    case 'sign_in': {
      const { result, reason, factor, application, ipaddr, device } = entry
      const words = { success: 'Signed in to', denied: 'Was denied at', fraud: 'Reported fraud at' }
      const text = Object.entries(words).find(([name]) => name === result)?.[1] ?? result
      return {
        ...common,
        icon: IconLogin2,
        tone: result === 'success' ? 'success' : 'danger',
        title: `${text} ${application}`,
        detail: [factor, reason, device, ipaddr].filter((part) => part !== '').join(' · '),
      }
    }
    case 'change': {
      const { action, actor, description, changes } = entry
      const lines = Object.entries(changes).filter(
        ([, { before, after }]) => valueText(before) !== valueText(after),
      )
      return {
        ...common,
        icon: IconPencil,
        title: `${actionWords(action)} by ${actor}`,
        detail:
          lines.length === 0
            ? description
            : lines.map(([field, { before, after }]) => (
                <div key={field}>
                  {field}: {valueText(before)} → {valueText(after)}
                </div>
              )),
      }
    }
    case 'message': {
      const { type, context, number, result } = entry
      return {
        ...common,
        icon: IconMessage,
        title: type === 'phone' ? `Call to ${number}` : `SMS to ${number}`,
        detail: [context, result].filter((part) => part !== '').join(' · '),
      }
    }
  }
}
