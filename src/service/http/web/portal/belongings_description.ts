import {
  type Belongings,
  listWaysIn,
  type OwnDevice,
} from '../../../self_service/devices/belongings.ts'
import { mayRemove } from '../../../self_service/devices/ways_in.ts'

const visibleDigits = 4

/** Describes a user's devices to the pages. Shows only the last digits of numbers, in case of a stolen session. */
export function describeBelongings(belongings: Belongings) {
  const { devices, passkeys, recoveryCodes } = belongings
  const ways = listWaysIn(belongings)
  const words = listFactorWords(devices)
  return {
    devices: devices.map(({ number, ...device }, index) => ({
      ...device,
      number: number.slice(-visibleDigits),
      typed: words[index] ?? [],
      removable: device.kind !== 'token' && mayRemove(ways, device.id),
    })),
    passkeys: passkeys.map(({ credentialId, name, created, used }) => ({
      id: credentialId,
      name,
      created,
      used,
      removable: mayRemove(ways, credentialId),
    })),
    recoveryCodes,
  }
}

/** Describes only the devices added since an enrolment began, not those that the user had before. */
export function describeEnrolment(belongings: Belongings, began: number): object {
  const { devices, recoveryCodes } = describeBelongings(belongings)
  const added = devices.filter(({ created }) => created !== null && created >= began)
  return { devices: added, recoveryCodes }
}

/** The words that select each device at a login. The first device for a factor needs no number. */
function listFactorWords(devices: readonly OwnDevice[]): string[][] {
  const taken = new Set<string>()
  return devices.map(({ kind, ways }, index) =>
    ways.flatMap((way) => {
      if (kind !== 'phone' || way === 'passcode') return []
      const first = !taken.has(way)
      taken.add(way)
      return [first ? way : `${way}${index + 1}`]
    }),
  )
}
