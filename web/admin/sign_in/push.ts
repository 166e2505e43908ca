import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, api, formProblem } from '../api.ts'
import type { Session } from '../session.ts'

/** A push that was sent. */
export interface SentPush {
  /** The user types it into the app. */
  readonly code: string
  /** The name of the phone. */
  readonly phone: string
}

const pollMs = 1000
/** Polls in a row that may fail without a refusal of the service before the page gives up. */
const maxUnanswered = 20

/**
 * Sends a push, and polls until it is answered. `sent` is the push that waits; `problem` says why it was not
 * sent or not approved.
 */
export function usePush(
  path: 'sign-in/push' | 'step-up/push' | 'factors/push',
  onDone: (session: Session) => unknown,
) {
  const [ended, setEnded] = useState<{ readonly push: SentPush; readonly error: unknown }>()
  const send = useMutation({ mutationFn: (body: object) => api.post<SentPush>(path, body) })
  const push = send.data
  const done = useRef(onDone)
  useEffect(() => {
    done.current = onDone
  })
  useEffect(() => {
    if (push === undefined) return
    const stop = new AbortController()
    awaitAnswer(path, stop.signal).then(
      (session) => session !== undefined && done.current(session),
      (error: unknown) => stop.signal.aborted || setEnded({ push, error }),
    )
    return () => stop.abort()
  }, [path, push])
  const isOver = push !== undefined && ended?.push === push
  return {
    send: (body: object = {}) => send.mutate(body),
    /** Stops waiting; the push itself stays open until it expires. */
    cancel: send.reset,
    isSending: send.isPending,
    sent: isOver ? undefined : push,
    problem: formProblem(isOver ? ended.error : send.error),
  }
}

/** @returns `undefined` if the page was left. @throws {ApiError} if the push was not approved. */
async function awaitAnswer(path: string, left: AbortSignal): Promise<Session | undefined> {
  let unanswered = 0
  while (!left.aborted) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    if (left.aborted) return undefined
    try {
      const answer = await api.post<Session | { readonly state: 'waiting' }>(`${path}/status`)
      if (left.aborted) return undefined
      if (answer.state !== 'waiting') return answer
      unanswered = 0
    } catch (error) {
      unanswered++
      // while the service restarts, the push is still waiting
      const isRefused = error instanceof ApiError && error.status < 500
      if (isRefused || unanswered > maxUnanswered) throw error
    }
  }
  return undefined
}
