import type { DeviceDescription, PendingRequest } from '../../src/push/app_message.ts'
import type { Decision } from '../../src/push/signed_text.ts'
import { forgetPhone, type Phone, storedPhone } from './phone/phone_store.ts'
import { isRemoved } from './service/refusal.ts'
import { type FeedState, RequestFeed } from './service/request_feed.ts'
import { ServiceLink } from './service/service_link.ts'
import { tidyNotifications } from './service/tidy_notifications.ts'

export interface Connected {
  readonly kind: 'connected'
  readonly phone: Phone
  readonly link: ServiceLink
  /** Oldest first; `undefined` until loaded. */
  readonly requests: readonly PendingRequest[] | undefined
  readonly feed: FeedState
  /** `undefined` until loaded. */
  readonly description: DeviceDescription | undefined
}

export type AppState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'new' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'removed'; readonly account: string }
  | Connected

/** The state of the app, and the actions of its screens. */
export class PushApp {
  #state: AppState = { kind: 'starting' }
  #feed: RequestFeed | undefined
  readonly #listeners = new Set<() => void>()
  /** Transactions that have been waiting since the app was opened. */
  readonly #seen = new Set<string>()

  get state(): AppState {
    return this.#state
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async start(): Promise<void> {
    try {
      const phone = await storedPhone()
      if (phone === undefined) this.#set({ kind: 'new' })
      else this.#connect(phone)
    } catch {
      this.#set({ kind: 'broken' })
    }
  }

  /** @throws {Refusal} */
  async activate(code: string, name: string): Promise<void> {
    const before = this.#state.kind === 'connected' ? this.#state : undefined
    // loaded on use: most starts need neither
    const [{ activate }, { platform }] = await Promise.all([
      import('./phone/activation.ts'),
      import('./phone/phone_name.ts'),
    ])
    const phone = await activate(code, name, platform())
    this.#feed?.stop()
    this.#connect(phone)
    // the key of the previous activation is lost, so its device is useless
    if (before !== undefined && before.phone.device !== phone.device) {
      before.link.ask('DELETE', '/app/api/device').catch(() => {})
    }
    navigator.storage?.persist?.().catch(() => {})
  }

  /** @throws {Refusal} */
  async answer(txid: string, decision: Decision, code = ''): Promise<void> {
    const connected = this.#state
    if (connected.kind !== 'connected') return
    try {
      await connected.link.answer(txid, decision, code)
      this.#waiting(connected.requests?.filter((request) => request.txid !== txid) ?? [])
    } catch (error) {
      this.failed(error)
      throw error
    }
  }

  /** Removes this phone from the service, and its keys from this browser. */
  async remove(): Promise<void> {
    const connected = this.#state
    if (connected.kind === 'connected') {
      this.#feed?.stop()
      try {
        await connected.link.ask('DELETE', '/app/api/device')
      } catch (error) {
        if (!isRemoved(error)) {
          this.#feed?.start()
          throw error
        }
      }
    }
    await forgetPhone()
    this.#set({ kind: 'new' })
  }

  /** Reconnects at once, when the app becomes visible or the network is back. */
  hurry(): void {
    this.#feed?.hurry()
  }

  /** Shows at once that the network is gone. */
  interrupt(): void {
    this.#feed?.interrupt()
  }

  /** Stores whether the service sends notifications to this phone. */
  notified(notified: boolean): void {
    if (this.#state.kind !== 'connected' || this.#state.description === undefined) return
    this.#update({ description: { ...this.#state.description, notified } })
  }

  /** Switches to `removed` if the service no longer knows this phone. */
  failed(error: unknown): void {
    if (!isRemoved(error) || this.#state.kind !== 'connected') return
    this.#feed?.stop()
    this.#set({ kind: 'removed', account: this.#state.phone.account })
  }

  #connect(phone: Phone): void {
    const link = new ServiceLink(phone)
    const unknown = { requests: undefined, description: undefined }
    this.#set({ kind: 'connected', phone, link, feed: 'connecting', ...unknown })
    this.#feed = new RequestFeed({
      link,
      waiting: (requests, askedAt) => this.#waiting(requests, askedAt),
      changed: (feed) => this.#update({ feed }),
      removed: () => this.#set({ kind: 'removed', account: phone.account }),
    })
    this.#feed.start()
    this.#describe(link).catch((error: unknown) => this.failed(error))
  }

  /** Updates the clock and the names, which may have changed. */
  async #describe(link: ServiceLink): Promise<void> {
    const description = await link.ask<DeviceDescription>('GET', '/app/api/device')
    link.setTime(description.time)
    this.#update({ description })
  }

  /** @param askedAt 0 for a list that the service did not send. */
  #waiting(requests: readonly PendingRequest[], askedAt = 0): void {
    this.#update({ requests })
    const waiting = requests.map(({ txid }) => txid)
    for (const txid of waiting) this.#seen.add(txid)
    tidyNotifications({ waiting, seen: this.#seen, askedAt }).catch(() => {})
    showCount(requests.length)
  }

  #update(change: Partial<Pick<Connected, 'requests' | 'feed' | 'description'>>): void {
    if (this.#state.kind === 'connected') this.#set({ ...this.#state, ...change })
  }

  #set(state: AppState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}

/** Shows the number on the app's icon, if the system supports badges. */
function showCount(count: number): void {
  if (!('setAppBadge' in navigator)) return
  navigator.setAppBadge(count).catch(() => {})
}
