import { Skeleton, type SkeletonProps } from '@mantine/core'

/** Keeps the place of content that is not there yet, and tells screen readers so. */
export function LoadingSkeleton({
  label = 'Loading',
  ...props
}: SkeletonProps & { readonly label?: string }) {
  return <Skeleton {...props} role="status" aria-busy="true" aria-label={label} />
}
