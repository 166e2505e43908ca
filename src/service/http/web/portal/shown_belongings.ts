import { type Belongings, listWaysIn, type OwnDevice } from '../../../self_service/belongings.ts'
import { mayRemove } from '../../../self_service/ways_in.ts'

const shownDigits = 4

/** Of numbers the last digits: whoever has got hold of a session learns none of them. */
export function shownBelongings(belongings: Belongings) {
  const { devices, passkeys, recoveryCodes } = belongings
  const ways = listWaysIn(belongings)
  const typed = typedWords(devices)
  return {
    devices: devices.map(({ number, ...device }, index) => ({
      ...device,
      number: number.slice(-shownDigits),
      typed: typed[index] ?? [],
      removable: device.kind === 'phone' && mayRemove(ways, device.id),
    })),
    passkeys: passkeys.map(({ credentialId, name: called, created, used }) => ({
      id: credentialId,
      name: called,
      created,
      used,
      removable: mayRemove(ways, credentialId),
    })),
    recoveryCodes,
  }
}

/** What has come of an enrolment that began at a moment; what its user had before is not shown. */
export function shownEnrolment(belongings: Belongings, began: number): object {
  const { devices, recoveryCodes } = shownBelongings(belongings)
  const added = devices.filter(({ created }) => created !== null && created >= began)
  return { devices: added, recoveryCodes }
}

/** What is typed at a login to have each device asked: the first that can needs no number. */
function typedWords(devices: readonly OwnDevice[]): string[][] {
  const taken = new Set<string>()
  return devices.map(({ kind, ways }, index) =>
    ways.flatMap((way) => {
      if (kind === 'token' || way === 'passcode') return []
      const first = !taken.has(way)
      taken.add(way)
      return [first ? way : `${way}${index + 1}`]
    }),
  )
}
