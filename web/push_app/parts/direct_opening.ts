import { useEffect, useState } from 'react'
import type { PendingRequest } from '../../../src/push/app_message.ts'
import { go } from '../route.ts'

/** Time in which a tap was meant for the screen before. */
const settleMs = 600

/** The request that opened by itself last. */
let opened: string | undefined

/** @returns Whether the request may open by itself: it has not done so before. */
function noteDirectOpening(txid: string): boolean {
  if (opened === txid) return false
  opened = txid
  return true
}

/** Opens the only request that waits, once: from then on, Back leads to the screen before. */
export function useDirectOpening(requests: readonly PendingRequest[] | undefined): void {
  const txid = requests?.length === 1 ? requests[0]?.txid : undefined
  useEffect(() => {
    if (txid !== undefined && noteDirectOpening(txid)) go(`#/request/${txid}`)
  }, [txid])
}

/** Whether the buttons of a request can be used: after it opened by itself, only after a moment. */
export function useSettled(txid: string): boolean {
  const [settled, setSettled] = useState(opened !== txid)
  useEffect(() => {
    if (settled) return
    const timer = setTimeout(() => setSettled(true), settleMs)
    return () => clearTimeout(timer)
  }, [settled])
  return settled
}
