import type { DeviceDescription, PendingRequest } from '../../src/push/app_message.ts'
import type { Decision } from '../../src/push/signed_text.ts'
import { activate } from './phone/activation.ts'
import { platform } from './phone/phone_name.ts'
import { forgetPhone, type Phone, storedPhone } from './phone/phone_store.ts'
import { tidyNotifications } from './service/notifications.ts'
import { isRemoved } from './service/refusal.ts'
import { type FeedState, RequestFeed } from './service/request_feed.ts'
import { ServiceLink } from './service/service_link.ts'

export interface Connected {
  readonly kind: 'connected'
  readonly phone: Phone
  readonly link: ServiceLink
  /** Oldest first; `undefined` until the service has said it. */
  readonly requests: readonly PendingRequest[] | undefined
  readonly feed: FeedState
  /** What the service says of this phone; `undefined` until it has. */
  readonly description: DeviceDescription | undefined
}

export type AppState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'new' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'removed'; readonly account: string }
  | Connected

/** The app between its screens and the service. */
export class PushApp {
  #state: AppState = { kind: 'starting' }
  #feed: RequestFeed | undefined
  readonly #listeners = new Set<() => void>()

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
    const phone = await activate(code, name, platform())
    this.#feed?.stop()
    this.#connect(phone)
    // nobody has the key of what this phone was before
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

  /** Takes this phone away from the service, and what it was from here. */
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

  /** Somebody looks at the app again, or the network has come back. */
  hurry(): void {
    this.#feed?.hurry()
  }

  /** Notes whether the service wakes this phone. */
  notified(notified: boolean): void {
    if (this.#state.kind !== 'connected' || this.#state.description === undefined) return
    this.#update({ description: { ...this.#state.description, notified } })
  }

  /** Sees whether it failed because this phone is not known any more. */
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
      waiting: (requests) => this.#waiting(requests),
      changed: (feed) => this.#update({ feed }),
      removed: () => this.#set({ kind: 'removed', account: phone.account }),
    })
    this.#feed.start()
    this.#describe(link).catch((error: unknown) => this.failed(error))
  }

  /** Sets the clock, and what may have been renamed. */
  async #describe(link: ServiceLink): Promise<void> {
    const description = await link.ask<DeviceDescription>('GET', '/app/api/device')
    link.setTime(description.time)
    this.#update({ description })
  }

  #waiting(requests: readonly PendingRequest[]): void {
    this.#update({ requests })
    tidyNotifications(requests.map(({ txid }) => txid)).catch(() => {})
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

/** On the app's icon, where the system has such a thing. */
function showCount(count: number): void {
  if (!('setAppBadge' in navigator)) return
  navigator.setAppBadge(count).catch(() => {})
}
