import { focusManager } from '@tanstack/react-query'

/** Without input for this long, pages no longer refresh by themselves. */
const idleAfterMs = 5 * 60_000

let timer: ReturnType<typeof setTimeout> | undefined

function noteInput(): void {
  focusManager.setFocused(undefined)
  clearTimeout(timer)
  timer = setTimeout(() => focusManager.setFocused(false), idleAfterMs)
}

/**
 * Pauses the refreshing of pages while nobody uses the browser: each request would extend the session,
 * which would then never end.
 */
export function pauseWhenIdle(): void {
  for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
    addEventListener(event, noteInput, { passive: true })
  }
  noteInput()
}
