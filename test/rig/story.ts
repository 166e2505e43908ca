import { test } from 'node:test'

/** Replaces --test-timeout, which is for one step. */
const storyLimitMs = 30 * 60_000

type Run = () => void | Promise<void>

export interface Story {
  readonly before: (run: Run) => void
  /** Runs even if the story fails. */
  readonly after: (run: Run) => void
  readonly step: (title: string, run: Run) => void
}

/**
 * Declares one test whose steps build on each other. They run in order, and a step that fails ends the
 * story: the steps after it would only fail as well.
 */
export function story(
  title: string,
  options: { readonly skip?: string | false },
  declare: (story: Story) => void,
): void {
  const before: Run[] = []
  const after: Run[] = []
  const steps: { readonly title: string; readonly run: Run }[] = []
  declare({
    before: (run) => before.push(run),
    after: (run) => after.push(run),
    step: (title, run) => steps.push({ title, run }),
  })
  test(title, { ...options, timeout: storyLimitMs }, async (t) => {
    t.after(async () => {
      for (const run of after) await run()
    })
    for (const run of before) await run()
    for (const { title, run } of steps) {
      let failed = true
      await t.test(title, async () => {
        await run()
        failed = false
      })
      if (failed) return
    }
  })
}
