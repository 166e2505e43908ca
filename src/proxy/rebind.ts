import { errorText } from '../host/error_text.ts'
import { type ListenPlace, placesCollide } from '../radius/udp/listen_place.ts'
import type { Listener } from './front/listener.ts'
import { formatPlace, ListenError, toListenError } from './listen_error.ts'
import type { ServerSection } from './sections/proxy_config.ts'

/** A listener, and where it must listen for its section. */
export interface Binding {
  readonly section: ServerSection
  readonly listener: Listener
  readonly place: ListenPlace
}

/**
 * Binds listeners to their places, all or none.
 *
 * A listener loses its socket for a moment if it is in the way: a port can't move from all interfaces
 * to one address while the old socket is open.
 *
 * @param moved Listeners that already listen, elsewhere.
 * @param opened Listeners that do not listen yet.
 * @param closing Listeners that are no longer needed. They may be left without a socket.
 * @throws {ListenError} Every listener then has its old place again, unless the message says that the
 *   proxy no longer listens there.
 */
export async function rebind(
  moved: readonly Binding[],
  opened: readonly Binding[],
  closing: readonly Listener[],
): Promise<void> {
  const wanted = [...moved, ...opened]
  const blocking = closing.filter((old) => wanted.some((binding) => collide(binding, old)))
  const inTheWay = [...moved.map(({ listener }) => listener), ...blocking]
  const isBlocked = (binding: Binding): boolean =>
    inTheWay.some((listener) => collide(binding, listener))
  const [blocked, free] = [opened.filter(isBlocked), opened.filter((one) => !isBlocked(one))]
  const released: { readonly listener: Listener; readonly place: ListenPlace }[] = []
  const bound: Listener[] = []
  try {
    // first, because a failure here interrupts no listener
    for (const binding of free) await bind(binding, bound)
    for (const listener of inTheWay) {
      released.push({ listener, place: listener.place })
      await listener.release()
    }
    for (const binding of [...moved, ...blocked]) await bind(binding, bound)
  } catch (error) {
    for (const listener of bound) await listener.release()
    const results = await Promise.allSettled(
      released.map(({ listener, place }) => listener.listen(place)),
    )
    const lost = released.filter((_, index) => results[index]?.status === 'rejected')
    if (lost.length === 0) throw error
    const reason = errorText(error)
    const places = lost.map(({ place }) => formatPlace(place)).join(', ')
    throw new ListenError(`${reason}; the proxy no longer listens on ${places}; restart it`, {
      hasLostPlaces: true,
    })
  }
}

async function bind({ section, listener, place }: Binding, bound: Listener[]): Promise<void> {
  try {
    await listener.listen(place)
    bound.push(listener)
  } catch (error) {
    throw toListenError(section, place, listener.transport, error)
  }
}

function collide({ listener, place }: Binding, other: Listener): boolean {
  return listener.transport === other.transport && placesCollide(place, other.place)
}
