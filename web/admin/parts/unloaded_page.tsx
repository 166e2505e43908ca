import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LoadingSkeleton } from './loading_skeleton.tsx'
import { PageHeader } from './page_header.tsx'

/** The page of an object that is loading, or could not be loaded. */
export function UnloadedPage({
  title,
  back,
  failure,
  view,
}: {
  /** The kind of object: `Group`. */
  readonly title: string
  readonly back: { readonly to: string; readonly label: string }
  /** Heading of the error: `The group can’t be shown`. */
  readonly failure: string
  readonly view: { readonly error: unknown; readonly refetch: () => unknown }
}) {
  return (
    <>
      <PageHeader title={title} back={back} />
      {view.error === null ? (
        <LoadingSkeleton h={320} radius="lg" />
      ) : (
        <Failed title={failure} message={errorMessage(view.error)} retry={() => view.refetch()} />
      )}
    </>
  )
}
