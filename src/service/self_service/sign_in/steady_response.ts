/**
 * Resolves or rejects like `work`, but not before `ms` milliseconds have passed, so that the response
 * time does not reveal what was done.
 */
export async function takeAtLeast<Result>(
  ms: number,
  work: () => Promise<Result>,
): Promise<Result> {
  const { promise: passed, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  const [done] = await Promise.allSettled([work(), passed])
  if (done.status === 'rejected') throw done.reason
  return done.value
}
